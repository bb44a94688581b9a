package dev.millrace.service.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the tests, {@code ~} stands for a line end, and {@code '} for a quotation mark in JSON. */
class ClassNamesTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "labels.txt | cat~dog~cow~ | one name a line",
        "labels.txt | cat~dog~cow | one name a line",
        "synset.txt | n02123045 cat~n02099601 dog~n02403003 cow | ImageNet's synset.txt",
        "labels.txt | 0: cat~1: dog~2: cow | numbered lines",
        "labels.txt | 0 cat~1 dog~2 cow | numbered lines",
        "labels.txt | 0,cat~1,dog~2,cow | CSV without a header, numbered",
        "labels.txt | cat,0~dog,1~cow,2 | CSV without a header, numbered",
        "labels.csv | cat~dog~cow | CSV without a header, in the order of its lines",
        "labels.csv | name~cat~dog~cow | CSV with a header, in the order of its lines",
        "labels.csv | index,name~2,cow~0,cat~1,dog | CSV with a header, numbered",
        "labels.csv | id;label~0;cat~1;dog~2;cow | CSV with a header, numbered",
        "labels.csv | 1,cat~2,dog~3,cow | CSV without a header, numbered from 1",
        "labels.csv | 0,'cat'~1,'dog'~2,'cow' | CSV without a header, numbered",
        "labels.csv | id,synset,name~0,n1,cat~1,n2,dog~2,n3,cow | CSV with a header, numbered",
        "labels.json | ['cat','dog','cow'] | a JSON list",
        "labels.txt | [ 'cat', 'dog', 'cow' ] | a JSON list",
        "labels.json | {'0':'cat','2':'cow','1':'dog'} | JSON with an index for each name",
        "labels.json | {'0':['n1','cat'],'1':['n2','dog'],'2':['n3','cow']} | JSON with an index for each name",
        "labels.json | {'cat':0,'cow':2,'dog':1} | JSON with a name for each index",
        "config.json | {'architectures':['A'],'id2label':{'0':'cat','1':'dog','2':'cow'}} | JSON with id2label",
        "config.json | {'label2id':{'cat':0,'dog':1,'cow':2}} | JSON with label2id",
        "config.json | {'label_names':['n1','n2','n3'],'label_descriptions':{'n1':'cat','n2':'dog','n3':'cow'}} | JSON with label_names",
        "labels.json | [{'id':1,'name':'dog'},{'id':0,'name':'cat'},{'id':2,'name':'cow'}] | a JSON list with an id for each name",
        "labels.json | {'labels':['cat','dog','cow']} | a JSON list",
      })
  void everyForm_isRead_alsoWithAByteOrderMarkAndOtherLineEnds(
      String name, String text, String form) throws IOException {
    String content = text.replace('\'', '"');
    for (String end : new String[] {"\n", "\r\n"}) {
      for (String mark : new String[] {"", "\uFEFF"}) {
        ClassNames names = ClassNames.read(file(name, mark + content.replace("~", end)));

        assertThat(names.labels().names()).containsExactly("cat", "dog", "cow");
        assertThat(names.form()).isEqualTo(form);
        assertThat(names).hasToString("3 labels, " + form);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tench, Tinca tinca\ngoldfish, Carassius auratus\n",
        "0 - zero\n1 - one\n",
        "7 up\n8 ball\n",
        "[PAD]\n[UNK]\n",
        "1,000 dollars\n2,000 dollars\n"
      })
  void linesThatOnlyResembleAnotherForm_areNames(String text) throws IOException {
    assertThat(ClassNames.read(file("labels.txt", text)).labels().names())
        .containsExactlyElementsOf(text.lines().toList());
  }

  @Test
  void quotedCells_mayHoldCommasAndQuotes() throws IOException {
    assertThat(
            ClassNames.read(file("l.csv", "id,name\n0,\"tench, Tinca\"\n1,\"a \"\"b\"\"\"\n"))
                .labels()
                .names())
        .containsExactly("tench, Tinca", "a \"b\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "l.json | {'0':'cat','2':'dog'} | the indices of its 2 names are not those from 0 to 1",
        "l.json | {'0':'cat','00':'dog'} | the indices of its 2 names are not those from 0 to 1",
        "l.json | {'epochs': 3.5} | its JSON names no classes",
        "l.json | ['cat', 1] | its JSON names no classes",
        "l.json | ['cat' | it is no valid JSON",
        "l.csv | a,b~c,d | it is a CSV file with 2 columns, and no single one holds the names",
        "l.csv | cat~dog, cow | its lines have different numbers of columns",
        "l.csv | index,name~0,cat~2,dog | the indices of its 2 names are not those from 0 to 1",
        "l.csv | index,name~0,cat~1, | the name of class 1 is blank; name each class (read as CSV with a header, numbered)",
        "l.txt | cat~~dog | the name of class 1 is blank; name each class (read as one name a line)",
        "l.txt | version https://git-lfs.github.com/spec/v1~oid sha256:1~size 2 | it is a Git LFS pointer, not the file itself; run 'git lfs pull'",
      })
  void fileThatIsNoList_isRefused(String name, String text, String problem) throws IOException {
    Path file = file(name, text.replace('\'', '"').replace("~", "\n"));

    assertThatThrownBy(() -> ClassNames.read(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(file.toString(), problem)
        .message()
        .hasLineCount(1);
  }

  @Test
  void fileOfAnotherKind_isNamed() throws IOException {
    Path file = folder.resolve("labels.txt");
    Files.write(file, new byte[] {0x1f, (byte) 0x8b, 8, 0});
    assertThatThrownBy(() -> ClassNames.read(file))
        .hasMessageContainingAll("it is a gzip file", "give a text, CSV or JSON file");

    Files.write(file, "Rüde\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ClassNames.read(file)).hasMessageContaining("is not UTF-8 text");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
