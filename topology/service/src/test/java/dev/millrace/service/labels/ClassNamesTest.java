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
        "labels.json | {'1':'cat','2':'dog','3':'cow'} | JSON with an index for each name, numbered from 1",
        "labels.csv | id,name~n1,cat~n2,dog~n3,cow | CSV with a header, in the order of its lines",
        "labels.csv | sep=;~index;name~0;cat~1;dog~2;cow | CSV with a header, numbered",
        "labels.csv | Class ID,Class Name~0,cat~1,dog~2,cow~,~, | CSV with a header, numbered",
        "labels.tsv | idx\tname~0\tcat~1\tdog~2\tcow | CSV with a header, numbered",
        "labels.txt | 1,cat~2,dog~3,cow | CSV without a header, numbered from 1",
        "labels.txt | 1: cat~2: dog~3: cow | numbered lines, numbered from 1",
        "labels.txt | 2: cow~0: cat~1: dog | numbered lines",
        "labels.txt | 3 cow~1 cat~2 dog | numbered lines, numbered from 1",
        "labels.txt | 0=cat~1 = dog~2=cow | numbered lines",
        "labels.txt | 0 - cat~1 - dog~2 - cow | numbered lines",
        "labels.txt | 0) cat~1) dog~2) cow | numbered lines",
        "labels.txt | 0. cat~1. dog~2. cow | numbered lines",
        "labels.txt | 1\tcat~2\tdog~3\tcow | CSV without a header, numbered from 1",
        "labels.txt | 0: 'cat',~1: 'dog',~2: 'cow' | numbered lines",
        "labels.txt | '0': 'cat'~'1': 'dog'~'2': 'cow' | numbered lines",
        "labels.txt | cat 0~dog 1~cow 2 | lines with the number last",
        "labels.txt | cat: 1~dog: 2~cow: 3 | lines with the number last, numbered from 1",
        "map_clsloc.txt | n02123045 1 cat~n02403003 3 cow~n02099601 2 dog | ImageNet's synset.txt with numbered lines, numbered from 1",
        "names.yaml | path: ../coco~names:~  0: cat  # one~  1: dog~  2: cow~nc: 3 | YAML with an index for each name",
        "names.yml | names:~- cat~- dog~- cow~nc: 3 | a YAML list",
        "names.yaml | nc: 3~names: [cat, dog,~  'cow']~path: x | a YAML list",
        "names.txt | names: {0: cat, 1: dog, 2: cow} | YAML with an index for each name",
        "names.txt | - cat~- dog~- cow | a YAML list",
        "names.yaml | 0: cat~1: dog~2: cow | YAML with an index for each name",
        "names.yaml | cat: 0~dog: 1~cow: 2 | YAML with a name for each index",
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
        "class 0\nclass 1\nclass 2\n",
        "digit 1\ndigit 2\n",
        "class: 0\nclass: 1\n",
        "0\n1\n2\n3\n",
        "boeing 747\nairbus 320\n",
        "737-300\n747-400\n",
        "001.Black_footed_Albatross\n002.Laysan_Albatross\n",
        "1-iron\n2-iron\n",
        "n01440764\nn01443537\n",
        "7 up\n8 ball\n",
        "[PAD]\n[UNK]\n",
        "1,000 dollars\n2,000 dollars\n"
      })
  void linesThatOnlyResembleAnotherForm_areNames(String text) throws IOException {
    assertThat(ClassNames.read(file("labels.txt", text)).labels().names())
        .containsExactlyElementsOf(text.lines().toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{0: 'tench, Tinca tinca',\n 1: \"jack-o'-lantern\",\n 2: 'it\\'s'}",
        "{2: 'it\\'s', 1: \"jack-o'-lantern\", 0: 'tench, Tinca tinca',}",
        "['tench, Tinca tinca', \"jack-o'-lantern\", 'it\\'s']",
        "{'tench, Tinca tinca': 0, \"jack-o'-lantern\": 1, 'it\\'s': 2}",
      })
  void pythonLiteral_isRead(String text) throws IOException {
    ClassNames names = ClassNames.read(file("imagenet1000_clsidx_to_labels.txt", text));

    assertThat(names.labels().names())
        .containsExactly("tench, Tinca tinca", "jack-o'-lantern", "it's");
    assertThat(names.form()).contains("Python");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "l.csv|name,class_id\n1,0\n2,1\n3,2",
        "l.csv|label,index\n1,0\n2,1\n3,2",
        "l.csv|id,label\n2,3\n0,1\n1,2",
        "l.csv|label,position\n3,2\n1,0\n2,1",
        "l.txt|label,index\n3,2\n1,0\n2,1",
        "l.csv|class_id,name\n1,1\n2,2\n3,3",
      })
  void namedIndex_wins_ifNamesAreNumbers(String nameAndText) throws IOException {
    String[] parts = nameAndText.split("\\|", -1);

    assertThat(ClassNames.read(file(parts[0], parts[1])).labels().names())
        .containsExactly("1", "2", "3");
  }

  @Test
  void tableOfPandas_hasNoHeadingAboveTheIndex() throws IOException {
    assertThat(ClassNames.read(file("l.tsv", "\tname\n1\tdog\n0\tcat\n")).labels().names())
        .containsExactly("cat", "dog");
  }

  @Test
  void numberInAName_isNoSecondIndex() throws IOException {
    assertThat(ClassNames.read(file("l.txt", "0 class 3\n1 class 1\n2 class 2")).labels().names())
        .containsExactly("class 3", "class 1", "class 2");
  }

  @Test
  void places365_isReadWithItsSlashes() throws IOException {
    assertThat(
            ClassNames.read(file("categories_places365.txt", "/a/airfield 0\n/b/bar 1\n"))
                .labels()
                .names())
        .containsExactly("/a/airfield", "/b/bar");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "synset.txt|n02 cat",
        "class_index.json|{\"0\":[\"n02123045\",\"cat\"],\"1\":[\"n02099601\",\"dog\"]}",
        "c.json|{\"label_names\":[\"n02123045\",\"n02099601\"],\"label_descriptions\":{\"n02123045\":\"cat\",\"n02099601\":\"dog\"}}",
        "c.csv|index,synset,name\n1,n02099601,dog\n0,n02123045,cat\n",
        "c.csv|id,name\nn02123045,cat\nn02099601,dog\n",
        "map.txt|n02099601 2 dog\nn02123045 1 cat",
      })
  void secondNames_areKept(String nameAndText) throws IOException {
    String[] parts =
        nameAndText.replace("n02 cat", "n02123045 cat\nn02099601 dog").split("\\|", -1);

    ClassNames names = ClassNames.read(file(parts[0], parts[1]));

    assertThat(names.labels().names()).containsExactly("cat", "dog");
    assertThat(names.ids()).containsExactly("n02123045", "n02099601");
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
        "l.json | ['cat' | it is not valid JSON",
        "l.csv | a,b~c,d | it is a CSV file with 2 columns, and no single one holds the names",
        "l.csv | cat~dog, cow | its lines have different numbers of columns",
        "l.csv | index,name~0,cat~2,dog | the indices of its 2 names are not those from 0 to 1",
        "l.csv | index,name~0,cat~1, | the name of class 1 is blank; name each class (read as CSV with a header, numbered)",
        "l.txt | cat~~dog | the name of class 1 is blank; name each class (read as one name a line)",
        "l.csv | 1,0~2,1~3,2 | its columns [1, 2] are all complete indices, and the names could be in any of them; give it a header",
        "l.txt | 1 0~2 1~3 2 | each of its lines has two numbers",
        "l.csv | index,name~-1,a~0,b~1,c | (-1 is negative); number all classes",
        "l.csv | index,name~0,a~0,b | (0 appears twice); number all classes",
        "l.csv | index,name~0,a~1.5,b | its column 'index' holds '1.5', which is not an index",
        "l.csv | index,name~ | it has a header and no rows; add a row for each class",
        "l.csv | index,name~0,a~~1,b | line 3 is blank; remove it",
        "l.csv | sep=,~index,name~~0,a | line 3 is blank; remove it",
        "l.csv | sep=, | it is a table without rows",
        "l.txt | 0: a~2: b~5: c | (1 is missing); number all classes, or give a JSON list if the numbers belong to the names",
        "l.txt | 0 a~1 b~3 c | (2 is missing)",
        "l.txt | 1,a~3,b~5,c | (2 is missing)",
        "l.txt | {0: 'a', 2: 'b'} | (1 is missing)",
        "l.txt | {0: 'a', 0: 'b'} | it is not valid Python (Duplicate field '0')",
        "l.json | {'a':0,'a':1} | it is not valid JSON (Duplicate field 'a'); correct it",
        "l.json | ['a','b'] ['c'] | it is not valid JSON",
        "l.json | ['a','b']} | it is not valid JSON",
        "l.yaml | names:~  0: a~  2: b | (1 is missing)",
        "l.yaml | names:~  0: a~  0: b | the key '0' twice",
        "l.yaml | names: [a, b | has no closing ']'",
        "l.yaml | path: x~train: y | its YAML names no classes",
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

    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> ClassNames.read(file)).hasMessageContaining("it is an empty file");

    Files.write(file, "cat\ndog\n".getBytes(StandardCharsets.UTF_16LE));
    assertThatThrownBy(() -> ClassNames.read(file))
        .hasMessageContaining("it is UTF-16 text, not UTF-8 text; save it as UTF-8");

    Files.write(file, "cat\ndog\n".getBytes(StandardCharsets.UTF_16));
    assertThatThrownBy(() -> ClassNames.read(file)).hasMessageContaining("save it as UTF-8");

    Files.write(file, new byte[] {'a', 0, 0, 0, 'b', 'c'});
    assertThatThrownBy(() -> ClassNames.read(file)).hasMessageContaining("it is not text");

    Files.write(file, "Rüde\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ClassNames.read(file)).hasMessageContaining("is not UTF-8 text");
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
