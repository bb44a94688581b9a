package dev.millrace.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the script {@code millrace} with a stand-in for Java that prints its locale. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

  private static final Path LAUNCHER = Path.of("..", "..", "millrace");
  private static final String PRINT_ARGUMENTS = "#!/bin/sh\nprintf '%s\\n' \"$@\"\n";

  @TempDir private Path folder;

  @BeforeEach
  void makeJava() throws Exception {
    Files.createDirectories(folder.resolve("java/bin"));
    Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"17.0.1\"\n");
    executable(folder.resolve("java/bin/java"), "#!/bin/sh\necho \"LC_ALL=$LC_ALL\"\n");
  }

  private record Run(int exitCode, String out, String err) {}

  @ParameterizedTest
  @ValueSource(strings = {"", "C", "POSIX"})
  void localeWithoutAnEncoding_becomesUtf8(String lang) throws Exception {
    assertThat(run(distribution(), Map.of("LANG", lang)).out()).isEqualTo("LC_ALL=C.UTF-8");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void terminal_isDescribedToJava() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "there is no script(1)");
    executable(folder.resolve("java/bin/java"), "#!/bin/sh\necho \"$@\"\n");
    String command = "stty cols 132; " + distribution() + " --version";

    String arguments = run(Path.of("/usr/bin/script"), "-qec", command, "/dev/null").out();

    assertThat(arguments)
        .contains(
            "-Dmillrace.output.terminal=true",
            "-Dmillrace.terminal=true",
            "-Dmillrace.columns=132");
  }

  @Test
  void pipes_areNoTerminal() throws Exception {
    executable(folder.resolve("java/bin/java"), "#!/bin/sh\necho \"$@\"\n");

    assertThat(run(distribution(), Map.of()).out())
        .contains("--version")
        .doesNotContain("-Dmillrace.output.terminal", "-Dmillrace.columns");
  }

  @Test
  void localeOfTheUser_stays() throws Exception {
    assertThat(run(distribution(), Map.of("LANG", "de_DE.UTF-8")).out()).isEqualTo("LC_ALL=");
    assertThat(run(distribution(), Map.of("LANG", "C", "LC_ALL", "de_DE.UTF-8")).out())
        .isEqualTo("LC_ALL=de_DE.UTF-8");
    assertThat(run(distribution(), Map.of("LANG", "C", "LC_CTYPE", "de_DE.UTF-8")).out())
        .isEqualTo("LC_ALL=");
  }

  @Test
  void link_startsTheDistributionThatItPointsTo() throws Exception {
    executable(folder.resolve("java/bin/java"), PRINT_ARGUMENTS);
    Path launcher = distribution().toRealPath();
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("absolute"), launcher);
    Path relative = Files.createSymbolicLink(bin.resolve("relative"), Path.of("absolute"));

    assertThat(run(relative, Map.of()).out().lines())
        .containsSequence("-cp", jar(launcher, "A.jar") + ":" + jar(launcher, "b.jar"))
        .contains("-Dmillrace.launcher=" + launcher);
  }

  @Test
  void optionsOfMillrace_comeAfterThoseOfJava() throws Exception {
    executable(folder.resolve("java/bin/java"), PRINT_ARGUMENTS);

    assertThat(run(distribution(), Map.of()).out().lines()).doesNotContain("");
    assertThat(
            run(distribution(), Map.of("MILLRACE_OPTS", "-Xmx2g -Db=2", "JAVA_OPTS", "-Xmx1g -Da"))
                .out()
                .lines())
        .containsSequence("-Xmx1g", "-Da", "-Xmx2g", "-Db=2", "-cp");
  }

  /** The JVM refuses to start with two collectors. */
  @ParameterizedTest
  @CsvSource({
    "MILLRACE_OPTS, -XX:+UseZGC, serve",
    "JAVA_OPTS, -Xmx1g -XX:+UseShenandoahGC -Da, serve",
    "JAVA_TOOL_OPTIONS, -XX:+UseParallelGC, models",
    "JDK_JAVA_OPTIONS, -Da -XX:+UseSerialGC, demo",
    "MILLRACE_OPTS, -XX:+UseG1GC, models",
    "_JAVA_OPTIONS, -XX:+UseZGC, models"
  })
  void collectorOfTheUser_isTheOnlyOne(String variable, String options, String command)
      throws Exception {
    executable(folder.resolve("java/bin/java"), PRINT_ARGUMENTS);
    String launcher = distribution().toString();

    assertThat(run(Map.of(variable, options), launcher, command).out().lines())
        .filteredOn(option -> option.matches("-XX:\\+Use.*GC"))
        .isSubsetOf(options.split(" "));
    assertThat(
            run(Map.of(variable, "-XX:+UseNUMA -XX:+DisableExplicitGC"), launcher, "serve").out())
        .contains("-XX:+UseG1GC");
  }

  @Test
  void training_keepsFreedNativeMemory_unlessTheUserSaysOtherwise() throws Exception {
    executable(folder.resolve("java/bin/java"), "#!/bin/sh\nenv\n");
    String launcher = distribution().toString();
    Files.createDirectories(folder.resolve("distribution/trainer"));

    for (String command : List.of("train", "pretrain")) {
      assertThat(run(Map.of(), launcher, command).out().lines())
          .contains(
              "MALLOC_ARENA_MAX=1",
              "MALLOC_MMAP_MAX_=0",
              "MALLOC_TRIM_THRESHOLD_=1099511627776",
              "GLIBC_TUNABLES=glibc.malloc.hugetlb=1");
    }
    assertThat(run(Map.of("MALLOC_ARENA_MAX", "4"), launcher, "train").out().lines())
        .contains("MALLOC_ARENA_MAX=4", "MALLOC_MMAP_MAX_=0");
    assertThat(run(Map.of(), launcher, "serve").out()).doesNotContain("MALLOC_", "GLIBC_TUNABLES");
  }

  /** The tunables of glibc share one variable, and most of them do not concern memory. */
  @ParameterizedTest
  @CsvSource({
    "glibc.rtld.nns=4, glibc.rtld.nns=4:glibc.malloc.hugetlb=1",
    "glibc.malloc.hugetlb=0, glibc.malloc.hugetlb=0",
    "glibc.rtld.nns=4:glibc.malloc.hugetlb=2, glibc.rtld.nns=4:glibc.malloc.hugetlb=2"
  })
  void tunablesOfTheUser_areKept_andCompleted(String given, String expected) throws Exception {
    executable(folder.resolve("java/bin/java"), "#!/bin/sh\nenv\n");
    String launcher = distribution().toString();
    Files.createDirectories(folder.resolve("distribution/trainer"));

    assertThat(run(Map.of("GLIBC_TUNABLES", given), launcher, "train").out().lines())
        .contains("GLIBC_TUNABLES=" + expected);
  }

  @Test
  void newerJava_isToldToAllowUnsafe() throws Exception {
    executable(folder.resolve("java/bin/java"), PRINT_ARGUMENTS);
    Path launcher = distribution();
    String flag = "--sun-misc-unsafe-memory-access=allow";

    assertThat(run(launcher, Map.of()).out().lines()).doesNotContain(flag);

    Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"23\"\n");
    assertThat(run(launcher, Map.of()).out().lines()).contains(flag);
  }

  @ParameterizedTest
  @CsvSource({"11.0.2, 11", "1.8.0_392, 1", "16-ea, 16"})
  void olderJava_isRefused(String version, String major) throws Exception {
    Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"" + version + "\"\n");

    Run run = run(distribution(), Map.of());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo(
            "millrace: %s/java/bin/java has version %s; install Java 17 or newer, or set JAVA_HOME to it%n"
                .formatted(folder, major));
  }

  @Test
  void javaWithoutAReleaseFile_isAskedForItsVersion() throws Exception {
    Files.delete(folder.resolve("java/release"));
    Path java = folder.resolve("java/bin/java");

    executable(java, "#!/bin/sh\necho 'openjdk version \"17.0.1\" 2021-10-19' >&2\n");
    assertThat(run(distribution(), Map.of()).exitCode()).isZero();

    executable(java, "#!/bin/sh\necho 'not a version' >&2\n");
    Run run = run(distribution(), Map.of());
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).startsWith("millrace: cannot find out the version of " + java);
  }

  @Test
  void missingJava_isOneLine() throws Exception {
    Run run = run(distribution(), Map.of("JAVA_HOME", folder.resolve("none").toString()));

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .startsWith("millrace: there is no Java (" + folder.resolve("none/bin/java") + ")");
  }

  @Test
  void staleCheckoutThatCannotBeWritten_startsWhatWasBuilt() throws Exception {
    Path home = readOnlyCheckout();
    Path lib = Files.createDirectories(home.resolve("topology/service/target/millrace/lib"));
    Files.createFile(lib.resolveSibling("classes-17.jsa"));
    Files.setLastModifiedTime(lib, FileTime.from(Instant.EPOCH));

    Run run = run(home.resolve("millrace"), Map.of());

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo("LC_ALL=C.UTF-8");
    assertThat(run.err().lines())
        .containsExactly(
            "millrace: "
                + home
                + " cannot be written; starting its build, which is older than its sources");
  }

  @Test
  void checkoutThatCannotBeWrittenOrStarted_isOneLine() throws Exception {
    Run run = run(readOnlyCheckout().resolve("millrace"), Map.of());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines())
        .singleElement()
        .asString()
        .contains("cannot be written and holds no build");
  }

  /** A class-data archive is only valid for a class path with the same order. */
  @ParameterizedTest
  @ValueSource(strings = {"C.UTF-8", "en_US.UTF-8"})
  void classPath_hasTheSameOrderInEachLocale(String locale) throws Exception {
    executable(folder.resolve("java/bin/java"), PRINT_ARGUMENTS);
    Path launcher = distribution();

    assertThat(run(launcher, Map.of("LC_ALL", locale)).out().lines())
        .containsSequence("-cp", jar(launcher, "A.jar") + ":" + jar(launcher, "b.jar"));
  }

  private static String jar(Path launcher, String name) {
    return launcher.getParent() + "/../lib/" + name;
  }

  private Path distribution() throws Exception {
    Path home = folder.resolve("distribution");
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    for (String file : List.of("classes-17.jsa", "lib/b.jar", "lib/A.jar")) {
      if (!Files.exists(home.resolve(file))) {
        Files.createFile(home.resolve(file));
      }
    }
    return executable(home.resolve("bin/millrace"), Files.readString(LAUNCHER));
  }

  /**
   * Creates a checkout that counts as read-only. Instead of the lock file, it has a folder with the
   * name of the lock file. Even root cannot open a folder for writing.
   */
  private Path readOnlyCheckout() throws Exception {
    Path home = Files.createDirectories(folder.toRealPath().resolve("checkout"));
    executable(home.resolve("millrace"), Files.readString(LAUNCHER));
    executable(home.resolve("mvnw"), "#!/bin/sh\nexit 1\n");
    Files.createDirectories(home.resolve(".build.lock"));
    Files.writeString(home.resolve("pom.xml"), "<project/>");
    for (String module : List.of("model/core", "topology/service", "connectors/events")) {
      Files.createDirectories(home.resolve(module).resolve("src/main"));
      Files.writeString(home.resolve(module).resolve("pom.xml"), "<project/>");
    }
    return home;
  }

  private static Path executable(Path file, String text) throws Exception {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private Run run(Path launcher, Map<String, String> environment) throws Exception {
    return run(environment, launcher.toString(), "--version");
  }

  private Run run(Path program, String... arguments) throws Exception {
    return run(
        Map.of(),
        Stream.concat(Stream.of(program.toString()), Stream.of(arguments)).toArray(String[]::new));
  }

  private Run run(Map<String, String> environment, String... command) throws Exception {
    Path errors = folder.resolve("errors");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().put("JAVA_HOME", folder.resolve("java").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out.strip(), Files.readString(errors));
  }
}
