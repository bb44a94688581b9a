package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.junit.jupiter.api.Test;

/**
 * Tests that {@code REFERENCE.md} is current. With {@code -Dmillrace.reference.write}, writes the
 * file first.
 */
class ReferenceTest {

  private static final Path PAGE = Path.of("REFERENCE.md");
  private static final String WRITE =
      "./mvnw -Dquick test -pl connectors/connect -am -Dtest=ReferenceTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dmillrace.reference.write=true";

  @Test
  void page_isCurrent() throws Exception {
    String current = page();
    if (Boolean.getBoolean("millrace.reference.write")) {
      Files.writeString(PAGE, current);
    }

    assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
        .as("REFERENCE.md is not current. Write it anew with: " + WRITE)
        .isEqualTo(current);
  }

  private static String page() {
    return """
        # Reference of the plugins for Kafka Connect

        A test generates this page from the code, and fails while the page is not current. Do not edit it; write it anew with

        ```
        %s
        ```

        ## `%s`

        A source connector.

        %s
        ### Metrics

        With Kafka Connect 4.1 and newer, these are metrics of the worker, in the MBean
        `kafka.connect:type=plugins,connector=NAME,task=N`. With older workers, they are in the MBean
        `dev.millrace.connect:type=image-folder-source,connector="NAME",task="N"`. Each task has its own.

        | metric | meaning |
        |---|---|
        %s
        ## `%s`

        A converter for values. In a configuration, its keys have the prefix `value.converter.`.

        %s
        ### Fields of a prediction

        | field | type |
        |---|---|
        %s
        With `flatten=true` and `top=2`:

        | field | type |
        |---|---|
        %s"""
        .formatted(
            WRITE,
            ImageFolderSource.class.getName(),
            keys(ImageFolderKeys.DEFINITION),
            Arrays.stream(FolderProgress.Measure.values())
                .map(number -> "| `%s` | %s |%n".formatted(number.key(), number.description()))
                .collect(Collectors.joining()),
            PredictionConverter.class.getName(),
            keys(PredictionConverter.DEFINITION),
            fields("", new dev.millrace.connect.prediction.NestedStruct(1, true).schema()),
            fields("", new dev.millrace.connect.prediction.FlatStruct(2, true).schema()));
  }

  private static String keys(ConfigDef definition) {
    StringBuilder table =
        new StringBuilder("| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n");
    for (ConfigDef.ConfigKey key : definition.configKeys().values()) {
      table.append(
          "| `%s` | %s | %s | %s | %s |%n"
              .formatted(
                  key.name,
                  key.type.name().toLowerCase(java.util.Locale.ROOT),
                  standard(key),
                  key.validator == null ? "" : key.validator,
                  key.documentation));
    }
    return table.toString();
  }

  private static String standard(ConfigDef.ConfigKey key) {
    if (!key.hasDefault()) {
      return "required";
    } else if (key.defaultValue == null) {
      return "none";
    } else if (key.defaultValue instanceof Collection<?> list) {
      return list.stream().map(one -> "`" + one + "`").collect(Collectors.joining(", "));
    }
    return "`" + key.defaultValue + "`";
  }

  private static String fields(String prefix, Schema schema) {
    StringBuilder table = new StringBuilder();
    for (Field field : schema.fields()) {
      Schema type = field.schema();
      boolean array = type.type() == Schema.Type.ARRAY;
      Schema one = array ? type.valueSchema() : type;
      table.append(
          "| `%s` | %s%s%s |%n"
              .formatted(
                  prefix + field.name(),
                  array ? "array of " : "",
                  one.type().getName(),
                  type.isOptional() ? ", optional" : ""));
      if (one.type() == Schema.Type.STRUCT) {
        table.append(fields(prefix + field.name() + (array ? "[]." : "."), one));
      }
    }
    return table.toString();
  }
}
