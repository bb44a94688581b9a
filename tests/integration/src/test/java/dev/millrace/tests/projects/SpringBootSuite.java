package dev.millrace.tests.projects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.tests.Images;
import dev.millrace.tests.SharedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Builds a new Spring Boot project with the Maven snippet of the plugin's README, and lets the
 * project's jar classify an image. Spring Boot chooses the versions of all its libraries. Runs only
 * with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=examples -Dquick verify
 * </pre>
 */
@Tag("nightly")
@Tag("examples")
@Timeout(900)
@ExtendWith({InstalledMillrace.class, SharedBroker.class})
class SpringBootSuite {

  private static final Pattern SNIPPET = Pattern.compile("```xml\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern KAFKA = Pattern.compile("<kafka\\.version>(.*?)</kafka\\.version>");

  @TempDir Path project;

  /** Returns the newest patches of the supported versions of Spring Boot. */
  static List<String> versions() {
    return List.of("3.5.16", "4.0.9", "4.1.2");
  }

  @ParameterizedTest
  @MethodSource("versions")
  void freshProject_predicts(String version, UserRepository repository, EmbeddedBroker broker)
      throws Exception {
    String topic = "fresh-" + version.replace('.', '-');
    lay(version, topic);

    repository.maven(project, "package");

    Path jar = project.resolve("target/fresh-1.jar");
    String kafka = managedKafka(version, repository);
    assertThat(libraries(jar))
        .contains("kafka-streams-" + kafka + ".jar", "kafka-clients-" + kafka + ".jar");
    byte[] red = Images.solid("png", 40, 30, 0xff0000);
    Path models = repository.checkout("topology/examples/spring-boot");
    try (PhotoApplication application =
        PhotoApplication.start(jar, topic, broker.bootstrapServers(), models)) {
      assertThat(application.classify(red).label()).isEqualTo("red");
    }
    System.out.printf(
        "| Spring Boot %s | Kafka Streams %s | 1 image classified |%n", version, kafka);
  }

  private void lay(String version, String topic) throws IOException {
    Matcher snippet = SNIPPET.matcher(UserRepository.readme());
    assertThat(snippet.find()).as("a Maven snippet in the plugin's README").isTrue();
    Files.writeString(
        project.resolve("pom.xml"),
        Templates.read("fresh-pom.xml")
            .replace("SPRING_BOOT", version)
            .replace("<!-- MILLRACE -->", snippet.group(1))
            .replace("<!-- SPRING -->", spring(version)));
    Path source = project.resolve("src/main/java/com/example/FreshApplication.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, Templates.read("FreshApplication.txt").replace("TOPIC", topic));
  }

  private static String spring(String version) {
    return version.startsWith("3.")
        ? dependency("org.springframework.boot", "spring-boot-starter")
            + dependency("org.springframework.kafka", "spring-kafka")
        : dependency("org.springframework.boot", "spring-boot-starter-kafka");
  }

  private static String dependency(String group, String artifact) {
    return "<dependency><groupId>%s</groupId><artifactId>%s</artifactId></dependency>"
        .formatted(group, artifact);
  }

  private static String managedKafka(String version, UserRepository repository) throws IOException {
    Path pom =
        repository.file("org.springframework.boot", "spring-boot-dependencies", version, "pom");
    Matcher managed = KAFKA.matcher(Files.readString(pom));
    assertThat(managed.find()).as("a version of Kafka in %s", pom).isTrue();
    return managed.group(1);
  }

  private static List<String> libraries(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream()
          .map(entry -> entry.getName().substring(entry.getName().lastIndexOf('/') + 1))
          .toList();
    }
  }
}
