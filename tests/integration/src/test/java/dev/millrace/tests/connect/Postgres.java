package dev.millrace.tests.connect;

import dev.millrace.tests.MillraceProcess;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Debian's PostgreSQL with an empty database, in a process of its own. If root runs the tests, the
 * server runs as the user postgres, because it refuses to run as root. Not thread-safe.
 */
final class Postgres implements AutoCloseable {

  private static final Path DEBIANS = Path.of("/usr/lib/postgresql");
  private static final String USER = "millrace";
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final long LOOK_MS = 100;

  private final Path bin;
  private final Path data;
  private final int port;
  private final MillraceProcess process;

  private Postgres(Path bin, Path data, int port, MillraceProcess process) {
    this.bin = bin;
    this.data = data;
    this.port = port;
    this.process = process;
  }

  /**
   * Creates a database and starts the server. Skips the calling test if PostgreSQL is not
   * installed.
   *
   * @param folder folder for the server's log
   */
  static Postgres start(Path folder) throws Exception {
    Path bin = bin();
    // The data folder is in /tmp, because the user postgres cannot access the tests' folders.
    Path data = Path.of(run(asServer("mktemp", "-d", "/tmp/millrace-postgres.XXXXXX")).strip());
    run(
        asServer(
            bin.resolve("initdb").toString(),
            "--auth=trust",
            "--username=" + USER,
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            data.toString()));
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    List<String> server =
        asServer(
            bin.resolve("postgres").toString(),
            "-D",
            data.toString(),
            "-p",
            Integer.toString(port),
            "-h",
            "127.0.0.1",
            "-k",
            data.toString());
    MillraceProcess process = MillraceProcess.start(folder, "postgres", new ProcessBuilder(server));
    Postgres postgres = new Postgres(bin, data, port, process);
    postgres.awaitReady();
    return postgres;
  }

  private static Path bin() throws IOException {
    if (Files.isDirectory(DEBIANS)) {
      try (Stream<Path> versions = Files.list(DEBIANS)) {
        Optional<Path> newest =
            versions
                .map(version -> version.resolve("bin"))
                .filter(folder -> Files.isExecutable(folder.resolve("initdb")))
                .max(Comparator.naturalOrder());
        if (newest.isPresent()) {
          return newest.get();
        }
      }
    }
    return Assumptions.abort("skipped: there is no PostgreSQL; install Debian's postgresql");
  }

  private static List<String> asServer(String... command) {
    List<String> words = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      words.addAll(List.of("runuser", "-u", "postgres", "--"));
    }
    words.addAll(Arrays.asList(command));
    return words;
  }

  private void awaitReady() throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String isReady = bin.resolve("pg_isready").toString();
    while (new ProcessBuilder(isReady, "-q", "-h", "127.0.0.1", "-p", Integer.toString(port))
            .start()
            .waitFor()
        != 0) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError("PostgreSQL does not start: " + process.errors());
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
  }

  /** Returns the URL for JDBC drivers. */
  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  String user() {
    return USER;
  }

  /** Returns the rows of a query, with tabs between the columns. Empty if the table is missing. */
  List<String> query(String sql) throws IOException, InterruptedException {
    Process psql =
        new ProcessBuilder(
                bin.resolve("psql").toString(),
                "-h",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-U",
                USER,
                "-d",
                "postgres",
                "-At",
                "-F",
                "\t",
                "-c",
                sql)
            .start();
    String out = new String(psql.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(psql.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    if (psql.waitFor() != 0 && !err.contains("does not exist")) {
      throw new AssertionError(sql + ": " + err);
    }
    return out.lines().toList();
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(command + ": " + out);
    }
    return out;
  }

  @Override
  public void close() throws Exception {
    process.terminate();
    process.await(PATIENCE);
    run(asServer("rm", "-rf", data.toString()));
  }
}
