package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFolderSourceTest {

  @TempDir private Path folder;

  private final ImageFolderSource source = new ImageFolderSource();

  private Map<String, String> config(String key, String value) {
    Map<String, String> config = new HashMap<>();
    config.put("name", "photos");
    config.put("folder", folder.toString());
    config.put("topic", "images");
    config.put(key, value);
    return config;
  }

  private List<String> errors(Map<String, String> config) {
    List<String> errors = new ArrayList<>();
    source.validate(config).configValues().forEach(value -> errors.addAll(value.errorMessages()));
    return errors;
  }

  @Test
  void validConfiguration_hasNoErrors() {
    assertThat(errors(config("labels.topic", "labels"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "folder | images | an absolute path",
        "topic | a topic | the name of a topic",
        "topic | .. | the name of a topic",
        "labels.topic | a/b | the name of a topic",
        "subfolders | maybe | true or false",
        "include | '' | one or more glob patterns",
        "include | *.{png | glob patterns",
        "include | [a-z | glob patterns",
        "exclude | [a | glob patterns",
        "send.when | soon | one of stable, present",
        "scan.interval.ms | 0 | a number from 1 to 86400000",
        "scan.interval.ms | fast | Not a number",
        "forget.deleted.after.ms | 0 | a number from 1",
        "max.bytes | 0 | a number from 1 to 1073741824",
        "max.bytes | 2000000000 | a number from 1 to 1073741824",
        "max.bytes | 1MB | Not a number",
        "oversize | drop | one of pass-over, claim-check",
        "batch.files | 0 | a number from 1 to 100000",
        "batch.bytes | -1 | a number from 1",
      })
  void wrongValue_isNamedWithItsKeyAndWhatIsAllowed(String key, String value, String allowed) {
    Map<String, String> config = config(key, value);

    assertThat(errors(config))
        .singleElement()
        .asString()
        .contains(key)
        .contains(value)
        .containsIgnoringCase(allowed)
        .doesNotContain("\n");
    assertThatThrownBy(() -> source.start(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key);
  }

  @Test
  void everyKey_isTestedWithAWrongValue() throws Exception {
    Set<String> tested = new TreeSet<>();
    for (String row :
        ImageFolderSourceTest.class
            .getDeclaredMethod(
                "wrongValue_isNamedWithItsKeyAndWhatIsAllowed",
                String.class,
                String.class,
                String.class)
            .getAnnotation(CsvSource.class)
            .value()) {
      tested.add(row.substring(0, row.indexOf(' ')));
    }

    assertThat(source.config().names()).isEqualTo(tested);
  }

  @ParameterizedTest
  @ValueSource(strings = {"folder", "topic"})
  void missingValue_isNamed(String key) {
    Map<String, String> config = config("subfolders", "true");
    config.remove(key);

    assertThat(errors(config)).singleElement().asString().contains(key);
  }

  @Test
  void folderThatDoesNotExist_isRefused() {
    Map<String, String> config = config("folder", folder.resolve("none").toString());

    assertThat(errors(config))
        .singleElement()
        .asString()
        .contains("none")
        .contains("on every worker");
    assertThatThrownBy(() -> source.start(config))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("none");
  }

  @Test
  void fileInPlaceOfTheFolder_isRefused() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    assertThat(errors(config("folder", file.toString()))).hasSize(1);
  }

  @Test
  void labelsInTheTopicOfTheImages_areRefused() {
    assertThat(errors(config("labels.topic", "images")))
        .singleElement()
        .asString()
        .contains("labels.topic")
        .contains("must differ");
  }

  @Test
  void taskConfigs_haveAtMostOneTaskForEachSourcePartition() {
    source.start(config("subfolders", "true"));

    assertThat(source.taskConfigs(3)).hasSize(3);
    assertThat(source.taskConfigs(3))
        .extracting(config -> config.get(ImageFolderSource.TASK))
        .containsExactly("0", "1", "2");
    assertThat(source.taskConfigs(1000)).hasSize(64);
    assertThat(source.taskClass()).isEqualTo(ImageFolderSourceTask.class);
  }

  @Test
  void exactlyOnce_isSupported() {
    assertThat(source.exactlyOnceSupport(Map.of())).isEqualTo(ExactlyOnceSupport.SUPPORTED);
  }

  @Test
  void offsets_canBeResetAndRestored() {
    Map<String, String> config = config("subfolders", "true");
    Map<String, String> partition = new HashMap<>();
    partition.put("partition", "63/64");
    partition.put("folder", folder.toString());
    Map<Map<String, ?>, Map<String, ?>> reset = new HashMap<>();
    reset.put(partition, null);

    assertThat(source.alterOffsets(config, reset)).isTrue();
    assertThat(source.alterOffsets(config, Map.of(partition, Map.of("files", "AAAAAAAAAAA="))))
        .isTrue();
  }

  @Test
  void offsetsOfAFolderWithASlashAtItsEnd_canBeAltered() {
    Map<String, String> name = Map.of("folder", folder.toString(), "partition", "1/64");

    assertThat(
            source.alterOffsets(
                config("folder", folder + "/"), Map.of(name, Map.of("files", "AAAAAAAAAAA="))))
        .isTrue();
  }

  @Test
  void resetOfAnotherFoldersOffsets_isAllowed() {
    Map<Map<String, ?>, Map<String, ?>> reset = new HashMap<>();
    reset.put(Map.of("folder", "/former", "partition", "1/64"), null);

    assertThat(source.alterOffsets(config("subfolders", "true"), reset)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "64/64, AAAAAAAAAAA=, is not a source partition",
    "1/64, AAAA, cut off",
    "1/64, ?, invalid"
  })
  void wrongOffset_isRefused(String partition, String files, String reason) {
    Map<String, String> name = Map.of("folder", folder.toString(), "partition", partition);
    Map<Map<String, ?>, Map<String, ?>> offsets = Map.of(name, Map.of("files", files));

    assertThatThrownBy(() -> source.alterOffsets(config("subfolders", "true"), offsets))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining(reason);
  }
}
