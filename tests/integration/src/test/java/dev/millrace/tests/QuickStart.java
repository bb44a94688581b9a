package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.demo.FashionMnist;
import dev.millrace.service.demo.Sample;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.KafkaVersions;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/**
 * The code of the plugin's quick start, as a user copies it from the page: the classes {@code
 * PhotoTopology} and {@code PhotoApp}.
 *
 * @param classes the source files
 */
record QuickStart(List<String> classes) {

  static final String INPUT = "photos";
  static final String OUTPUT = "photo-labels";
  static final String DEAD_LETTERS = "photos.dead-letters";
  static final String APPLICATION = "photos";
  static final String MODEL = "resnet20";

  private static final Path PAGE =
      Path.of(System.getProperty("millrace.root"), "topology/plugin/README.md");
  private static final Pattern CODE =
      Pattern.compile("^```java\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern NAME =
      Pattern.compile("^(?:public )?final class (\\w+)", Pattern.MULTILINE);
  private static final String LAST_SETTING = "    return properties;\n";

  /** Reads the code from the page, and changes only the address of the broker. */
  static QuickStart of(String bootstrapServers) throws IOException {
    String page = Files.readString(PAGE);
    String section = page.substring(page.indexOf("\n## Quick start"));
    section = section.substring(0, section.indexOf("\n## ", 1));
    QuickStart code =
        new QuickStart(CODE.matcher(section).results().map(block -> block.group(1)).toList());
    return code.replace("localhost:9092", bootstrapServers);
  }

  /**
   * Publishes the model of the sample under the name on the page.
   *
   * @param folder working directory of the application; gets the folders {@code models} and {@code
   *     sample}
   */
  static ModelVersion publishModel(Path folder) throws IOException {
    Path sample = folder.resolve("sample");
    Sample.write(sample);
    return Models.publish(
        folder.resolve("models"),
        MODEL,
        sample.resolve("model.onnx"),
        sample.resolve("labels.txt"),
        FashionMnist.SIDE,
        FashionMnist.SIDE);
  }

  /** Returns the code with one more setting for Kafka Streams. */
  QuickStart with(String key, Object value) {
    return replace(
        LAST_SETTING, "    properties.put(\"%s\", \"%s\");\n".formatted(key, value) + LAST_SETTING);
  }

  /**
   * Returns the code with {@code replacement} in place of {@code text}, which must occur exactly
   * once.
   */
  QuickStart replace(String text, String replacement) {
    assertThat(String.join("", classes).split(Pattern.quote(text), -1)).as(text).hasSize(2);
    return new QuickStart(classes.stream().map(code -> code.replace(text, replacement)).toList());
  }

  /**
   * Compiles the code with the version of Kafka Streams that it runs with, as a user's build does.
   */
  MillraceProcess start(String kafka, Path folder) throws IOException {
    return start(kafka, kafka, folder);
  }

  /**
   * Compiles the code, and starts the application. Its models are in the folder {@code models}.
   *
   * @param compiled version of Kafka Streams to compile with
   * @param running version of Kafka Streams to run with
   * @param folder working directory of the application
   */
  MillraceProcess start(String compiled, String running, Path folder) throws IOException {
    Path output = Files.createTempDirectory(folder, "classes-");
    compile(KafkaVersions.classPathWith(compiled), output);
    List<String> command =
        ChildJvm.command(
            output + File.pathSeparator + KafkaVersions.classPathWith(running),
            "com.example.PhotoApp",
            List.of(),
            List.of());
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    MillraceProcess.setEnvironment(builder, "");
    return MillraceProcess.start(folder, "PhotoApp", builder);
  }

  private void compile(String classPath, Path output) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-proc:none",
                "-Xlint:all,-classfile,-path",
                "-cp",
                classPath,
                "-d",
                output.toString()));
    for (String code : classes) {
      String name =
          NAME.matcher(code).results().map(result -> result.group(1)).findFirst().orElseThrow();
      arguments.add(Files.writeString(output.resolve(name + ".java"), code).toString());
    }
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, messages, messages, arguments.toArray(String[]::new));
    assertThat(messages.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(failed).isZero();
  }
}
