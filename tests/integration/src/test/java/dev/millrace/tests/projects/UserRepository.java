package dev.millrace.tests.projects;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A user's local Maven repository. It contains Millrace's artifacts, which the command on the
 * plugin's page has installed. All other artifacts are links into the build's own local repository.
 * Maven also downloads missing artifacts to the build's repository. Not thread-safe.
 */
final class UserRepository {

  private static final Path ROOT =
      Path.of(System.getProperty("millrace.root", "../..")).toAbsolutePath().normalize();
  private static final Set<String> NOT_COPIED = Set.of(".git", "target", "millrace-data");

  /** The command that installs the plugin, in the plugin's README. */
  private static final Pattern INSTALL =
      Pattern.compile("^\\./mvnw (.* install)$", Pattern.MULTILINE);

  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");
  private static final int PATIENCE_MINUTES = 10;
  private static final int SHOWN_CHARACTERS = 6_000;

  private final Path folder;
  private final Path checkout;

  private UserRepository(Path folder, Path checkout) {
    this.folder = folder;
    this.checkout = checkout;
  }

  /**
   * Copies the checkout, and installs Millrace in a new repository.
   *
   * @param home an empty folder, for the copy and the repository
   */
  static UserRepository install(Path home) throws IOException, InterruptedException {
    Path checkout = home.resolve("millrace");
    copy(ROOT, checkout);
    Path folder = Files.createDirectories(home.resolve("repository"));
    Path shared = Path.of(System.getProperty("localRepository")).toRealPath();
    link(shared, folder, "dev");
    link(shared.resolve("dev"), Files.createDirectory(folder.resolve("dev")), "millrace");
    UserRepository repository = new UserRepository(folder, checkout);
    Matcher command = INSTALL.matcher(readme());
    assertThat(command.find()).as("the install command of the plugin's README").isTrue();
    repository.maven(checkout, command.group(1).split(" "));
    return repository;
  }

  /** Returns the README of the plugin. */
  static String readme() throws IOException {
    return Files.readString(ROOT.resolve("topology/plugin/README.md"));
  }

  /** Returns Millrace's version, which is the first version in the POM in the root folder. */
  static String version() throws IOException {
    Matcher version = VERSION.matcher(Files.readString(ROOT.resolve("pom.xml")));
    assertThat(version.find()).as("a version in pom.xml").isTrue();
    return version.group(1);
  }

  /** Returns a folder of the copied checkout. */
  Path checkout(String path) {
    return checkout.resolve(path);
  }

  /** Returns the file of an artifact. */
  Path file(String group, String artifact, String version, String type) {
    return folder
        .resolve(group.replace('.', '/'))
        .resolve(artifact)
        .resolve(version)
        .resolve(artifact + "-" + version + "." + type);
  }

  /**
   * Runs Maven in a project. Fails if the build fails, or takes longer than 10 minutes.
   *
   * @param project the folder of the project's POM
   * @return the output of Maven
   */
  String maven(Path project, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(checkout.resolve("mvnw").toString());
    command.add("-Dmaven.repo.local=" + folder);
    command.add("-B");
    command.add("-ntp");
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(folder.getParent(), "maven-", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().keySet().removeIf(name -> name.startsWith("MAVEN_"));
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
      String printed = Files.readString(output);
      assertThat(ended && process.exitValue() == 0)
          .as("%s in %s:%n%s", command, project, tail(printed))
          .isTrue();
      return printed;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String tail(String text) {
    return text.substring(Math.max(0, text.length() - SHOWN_CHARACTERS));
  }

  /**
   * Creates links in the folder {@code to} to all entries of the folder {@code from} except {@code
   * but}.
   */
  private static void link(Path from, Path to, String but) throws IOException {
    if (!Files.isDirectory(from)) {
      return;
    }
    try (Stream<Path> entries = Files.list(from)) {
      for (Path entry : entries.toList()) {
        if (!entry.getFileName().toString().equals(but)) {
          Files.createSymbolicLink(to.resolve(entry.getFileName()), entry);
        }
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            if (NOT_COPIED.contains(folder.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            Files.createDirectories(to.resolve(from.relativize(folder)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
