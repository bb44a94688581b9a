package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests those jars of the distribution that users add to their own builds. Also tests the bill of
 * materials (BOM), the jars' POMs, and the pages that name these jars.
 */
class PublishedJarsTest {

  private static final Path ROOT = Path.of(System.getProperty("millrace.root"));
  private static final String PLUGIN = "connectors/connect/target/plugins/millrace-connect";
  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");

  private static final Pattern KAFKA = Pattern.compile("<kafka\\.version>([^<]+)</kafka");

  /** The name of an artifact or an archive, followed by its version. */
  private static final Pattern NAMED =
      Pattern.compile(
          "millrace[a-z-]*(?::|-|</artifactId>\\s*<version>)([0-9][0-9.]*(?:-SNAPSHOT)?)");

  private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)</artifactId>");

  @ParameterizedTest
  @MethodSource("jars")
  void manifest_namesModuleAndVersion(Path file) throws Exception {
    try (JarFile jar = new JarFile(file.toFile())) {
      assertThat(module(jar)).matches("dev\\.millrace\\.[a-z]+");
      assertThat(jar.getManifest().getMainAttributes().getValue("Implementation-Version"))
          .isEqualTo(version());
    }
  }

  @ParameterizedTest
  @MethodSource("jars")
  void packages_beginWithTheModulesName(Path file) throws Exception {
    try (JarFile jar = new JarFile(file.toFile())) {
      String folder = module(jar).replace('.', '/') + "/";

      assertThat(jar.stream().map(ZipEntry::getName).filter(name -> name.endsWith(".class")))
          .isNotEmpty()
          .allMatch(name -> name.startsWith(folder));
    }
  }

  @Test
  void modules_haveNamesOfTheirOwn() throws Exception {
    Set<String> modules = new HashSet<>();
    for (Path file : jars()) {
      try (JarFile jar = new JarFile(file.toFile())) {
        modules.add(module(jar));
      }
    }
    assertThat(modules).hasSameSizeAs(jars());
  }

  /**
   * Kafka and SLF4J come from the worker of Kafka Connect. If the plugin folder had copies of these
   * libraries, the plugins would not load.
   */
  @Test
  void pluginForConnect_bringsItsOwnLibrariesAlone() throws Exception {
    try (Stream<Path> files = Files.list(ROOT.resolve(PLUGIN))) {
      assertThat(files.map(file -> file.getFileName().toString().replaceAll("-[0-9].*", "")))
          .containsExactlyInAnyOrder(
              "millrace-connect",
              "millrace-events",
              "millrace-registry",
              "jackson-annotations",
              "jackson-core",
              "jackson-databind",
              "avro",
              "commons-codec",
              "commons-compress",
              "commons-io",
              "commons-lang3",
              "protobuf-java",
              "wire-runtime-jvm",
              "wire-schema-jvm",
              "okio-jvm",
              "kotlin-stdlib",
              "annotations");
    }
  }

  @ParameterizedTest
  @MethodSource("jars")
  void licence_isInTheJar(Path file) throws Exception {
    try (JarFile jar = new JarFile(file.toFile())) {
      assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
      assertThat(jar.getEntry("META-INF/NOTICE")).isNotNull();
    }
  }

  @Test
  void billOfMaterials_hasEachJar() throws Exception {
    String version = version();
    String bom = Files.readString(ROOT.resolve("topology/bom/pom.xml"));
    String managed =
        bom.substring(
            bom.indexOf("<dependencyManagement>"), bom.indexOf("</dependencyManagement>"));

    assertThat(all(VERSION, bom).get(0)).isEqualTo(version);
    assertThat(all(ARTIFACT, managed))
        .containsExactlyInAnyOrderElementsOf(
            jars().stream()
                .map(jar -> jar.getFileName().toString())
                .map(name -> name.substring(0, name.indexOf("-" + version)))
                .toList());
  }

  /**
   * Tests that the POMs of the project and of the BOM have the elements that Maven Central
   * requires. The modules inherit most of these elements from the project's POM. {@link
   * #pomOfAJar_saysWhatItIs} tests the elements that they do not inherit.
   */
  @ParameterizedTest
  @ValueSource(strings = {"pom.xml", "topology/bom/pom.xml"})
  void pom_isComplete(String pom) throws Exception {
    assertThat(Files.readString(ROOT.resolve(pom)))
        .contains("<name>", "<description>", "<url>", "<license>", "<developer>", "<scm");
  }

  @ParameterizedTest
  @MethodSource("jars")
  void pomOfAJar_saysWhatItIs(Path file) throws Exception {
    try (JarFile jar = new JarFile(file.toFile())) {
      JarEntry pom =
          jar.stream()
              .filter(entry -> entry.getName().endsWith("/pom.xml"))
              .findFirst()
              .orElseThrow();
      assertThat(new String(jar.getInputStream(pom).readAllBytes(), StandardCharsets.UTF_8))
          .contains("<name>Millrace: ", "<description>");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"README.md", "topology/plugin/README.md", "topology/testcontainers/README.md"})
  void page_namesTheVersion(String page) throws Exception {
    assertThat(all(NAMED, Files.readString(ROOT.resolve(page))))
        .isNotEmpty()
        .allMatch(version()::equals);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain-java", "spring-boot", "quarkus"})
  void example_usesTheVersion(String example) throws Exception {
    assertThat(Files.readString(ROOT.resolve("topology/examples").resolve(example + "/pom.xml")))
        .contains("<millrace.version>" + version() + "</millrace.version>");
  }

  /**
   * Frameworks manage the version of Kafka. In a project without a framework, the plugin brings the
   * version that it is built with.
   */
  @Test
  void exampleWithoutAFramework_testsWithTheVersionOfKafkaThatThePluginBrings() throws Exception {
    String example = Files.readString(ROOT.resolve("topology/examples/plain-java/pom.xml"));

    assertThat(all(KAFKA, example))
        .isEqualTo(all(KAFKA, Files.readString(ROOT.resolve("pom.xml"))))
        .hasSize(1);
  }

  /**
   * Returns Millrace's own jars from the folders of the command line, of the trainer and of the
   * plugins for Kafka Connect, and the jar for Testcontainers. Each jar is returned once.
   */
  private static List<Path> jars() throws IOException {
    Map<Path, Path> jars = new TreeMap<>();
    for (String folder :
        List.of("topology/service/target/millrace/lib", "model/trainer/target/trainer", PLUGIN)) {
      try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
        files
            .filter(file -> file.getFileName().toString().startsWith("millrace-"))
            .forEach(file -> jars.putIfAbsent(file.getFileName(), file));
      }
    }
    String forTests = "millrace-testcontainers-" + version() + ".jar";
    jars.put(Path.of(forTests), ROOT.resolve("topology/testcontainers/target").resolve(forTests));
    return List.copyOf(jars.values());
  }

  private static String module(JarFile jar) throws IOException {
    return jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name");
  }

  /** Returns the version in the POM in the root folder. */
  private static String version() throws IOException {
    return all(VERSION, Files.readString(ROOT.resolve("pom.xml"))).get(0);
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }
}
