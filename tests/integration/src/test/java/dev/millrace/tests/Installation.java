package dev.millrace.tests;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Millrace as a user installs it. The installation's folder and the user's home are read-only. The
 * environment has only {@code PATH}, {@code JAVA_HOME} and {@code MILLRACE_OPTS}. If root runs the
 * tests, commands run as the user nobody, because root could write to read-only folders. Not
 * thread-safe.
 */
final class Installation {

  private static final Path ROOT = Path.of(System.getProperty("millrace.root"));
  private static final String ARCHIVES = System.getProperty("millrace.archives", "");
  private static final int NOBODY = 65534;

  private final Path home;
  private final Path user;
  private final Path work;

  private Installation(Path home, Path user, Path work) {
    this.home = home;
    this.user = user;
    this.work = work;
  }

  /** Returns whether installations are made from the archives of a release. */
  static boolean isFromArchives() {
    return !ARCHIVES.isEmpty();
  }

  /**
   * Creates an installation in a folder. If the build created the release's archives, unpacks them.
   * Otherwise, copies the folders from which a release build makes the archives.
   */
  static Installation in(Path folder) throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path user = Files.createDirectory(folder.resolve("home"));
    Path work = Files.createDirectory(folder.resolve("work"));
    Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path opt = Files.createDirectory(folder.resolve("opt"));
    if (isFromArchives()) {
      Path built = ROOT.resolve("topology/distribution/target");
      for (String archive : ARCHIVES.split(",", -1)) {
        run("tar", "xzf", built.resolve(archive).toString(), "-C", opt.toString());
      }
    } else {
      Path built = ROOT.resolve("topology/service/target/millrace");
      Path copy = Files.createDirectory(opt.resolve("millrace"));
      run("cp", "-r", built + "/bin", built + "/lib", copy.toString());
    }
    run("chmod", "-R", "a-w", opt.toString(), user.toString());
    List<Path> homes = list(opt);
    assertThat(homes).as("one folder, also of two archives").hasSize(1);
    return new Installation(homes.get(0), user, work);
  }

  /** Returns the folder with {@code bin} and {@code lib}. */
  Path home() {
    return home;
  }

  /** Returns the version from the name of the service's jar. */
  String version() throws IOException {
    return list(home.resolve("lib")).stream()
        .map(jar -> jar.getFileName().toString())
        .filter(name -> name.startsWith("millrace-service-"))
        .map(name -> name.substring("millrace-service-".length(), name.length() - ".jar".length()))
        .findFirst()
        .orElseThrow();
  }

  /** Returns the files and folders of the installation and of the user's home. */
  Set<Path> files() throws IOException {
    try (Stream<Path> installed = Files.walk(home);
        Stream<Path> own = Files.walk(user)) {
      return Stream.concat(installed, own).collect(toSet());
    }
  }

  /** Starts a command. */
  MillraceProcess start(Object... command) throws IOException {
    List<String> words = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      words.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
    }
    words.add(home.resolve("bin/millrace").toString());
    Stream.of(command).map(Object::toString).forEach(words::add);
    ProcessBuilder builder = new ProcessBuilder(words).directory(work.toFile());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put(
        "MILLRACE_OPTS",
        String.join(
            " ",
            System.getProperty("millrace.test.jvm", ""),
            "-Duser.home=" + user,
            "-Djava.io.tmpdir=" + work));
    return MillraceProcess.start(work, command[0].toString(), builder);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static void run(String... words) throws Exception {
    assertThat(new ProcessBuilder(words).inheritIO().start().waitFor())
        .as(String.join(" ", words))
        .isZero();
  }
}
