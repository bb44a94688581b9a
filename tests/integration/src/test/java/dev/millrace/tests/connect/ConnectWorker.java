package dev.millrace.tests.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.tests.MillraceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A worker of Kafka Connect in its own process. Its class path has only the classes of {@code
 * connect-runtime}. Its {@code plugin.path} has the plugin folder of the build, and connectors of
 * other projects. Not thread-safe.
 */
final class ConnectWorker implements AutoCloseable {

  private static final Path ROOT = Path.of(System.getProperty("millrace.root", "../.."));
  private static final Path BUILT = ROOT.resolve("tests/connect-worker/target").toAbsolutePath();
  private static final Path PLUGINS =
      ROOT.resolve("connectors/connect/target/plugins").toAbsolutePath();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final long LOOK_MS = 50;

  /**
   * Part of the stack trace of a task that failed because it could not reach the leader of its
   * group.
   */
  private static final String LEADER_IS_AWAY = "forward REST request";

  private final String name;
  private final Path folder;
  private final List<String> command;
  private final String url;
  private MillraceProcess process;

  private ConnectWorker(String name, Path folder, List<String> command, int port) {
    this.name = name;
    this.folder = folder;
    this.command = command;
    this.url = "http://127.0.0.1:" + port;
  }

  /**
   * Starts a worker with one connector in standalone mode. It keeps its offsets in a file.
   *
   * @param folder folder for the worker's files
   */
  static ConnectWorker standalone(
      Path folder, String bootstrapServers, Map<String, String> connector) throws Exception {
    String name = connector.get("name");
    int port = freePort();
    Properties properties = properties(bootstrapServers, port);
    properties.put("offset.storage.file.filename", folder.resolve(name + ".offsets").toString());
    properties.put("offset.flush.interval.ms", "500");
    Properties connectors = new Properties();
    connectors.putAll(connector);
    return start(
        name,
        folder,
        port,
        "org.apache.kafka.connect.cli.ConnectStandalone",
        write(folder.resolve(name + "-worker.properties"), properties),
        write(folder.resolve(name + "-connector.properties"), connectors));
  }

  /**
   * Starts a worker of a group in distributed mode, with exactly-once support for sources.
   *
   * @param folder folder for the worker's files
   * @param group name of the group and prefix of its topics
   */
  static ConnectWorker distributed(Path folder, String bootstrapServers, String group, String name)
      throws Exception {
    int port = freePort();
    Properties properties = properties(bootstrapServers, port);
    properties.put("group.id", group);
    for (String storage : List.of("config", "offset", "status")) {
      properties.put(storage + ".storage.topic", group + "-" + storage);
      properties.put(storage + ".storage.replication.factor", "1");
    }
    properties.put("offset.storage.partitions", "2");
    properties.put("status.storage.partitions", "2");
    properties.put("exactly.once.source.support", "enabled");
    // With Kafka's defaults, the group waits five minutes for a lost worker before it moves the
    // worker's tasks.
    properties.put("scheduled.rebalance.max.delay.ms", "3000");
    properties.put("session.timeout.ms", "6000");
    properties.put("heartbeat.interval.ms", "2000");
    return start(
        name,
        folder,
        port,
        "org.apache.kafka.connect.cli.ConnectDistributed",
        write(folder.resolve(name + ".properties"), properties));
  }

  private static Properties properties(String bootstrapServers, int port) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrapServers);
    properties.put("listeners", "http://127.0.0.1:" + port);
    properties.put("plugin.path", PLUGINS + "," + BUILT.resolve("plugins"));
    properties.put("plugin.discovery", "service_load");
    properties.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
    properties.put("value.converter", "org.apache.kafka.connect.converters.ByteArrayConverter");
    return properties;
  }

  private static ConnectWorker start(
      String name, Path folder, int port, String main, Path... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx384m", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    Path log =
        Files.writeString(
            folder.resolve("log4j2.properties"),
            """
            appender.console.type = Console
            appender.console.name = console
            appender.console.layout.type = PatternLayout
            appender.console.layout.pattern = %d{HH:mm:ss,SSS} %level %c{1}: %m%n
            rootLogger.level = warn
            rootLogger.appenderRef.console.ref = console
            logger.millrace.name = dev.millrace
            logger.millrace.level = info
            """);
    command.add("-Dlog4j2.configurationFile=" + log);
    command.addAll(List.of("-cp", BUILT.resolve("worker") + "/*", main));
    for (Path argument : arguments) {
      command.add(argument.toString());
    }
    ConnectWorker worker = new ConnectWorker(name, folder, command, port);
    worker.start();
    return worker;
  }

  /** Starts the process for the first time, or again. */
  void start() throws IOException {
    process = MillraceProcess.start(folder, name, new ProcessBuilder(command));
  }

  /** Kills the process immediately. */
  void kill() throws InterruptedException {
    process.kill();
  }

  /** Asks the process to stop, and waits until it has ended. */
  void stop() throws IOException, InterruptedException {
    process.terminate();
    process.await(PATIENCE);
  }

  /** Waits until the worker answers. */
  void awaitReady() throws Exception {
    await("answers", () -> get("/connectors").isArray());
  }

  /** Creates or changes a connector. */
  void configure(Map<String, String> connector) throws Exception {
    String name = connector.get("name");
    await(
        "accepts " + name,
        () -> {
          HttpRequest request =
              HttpRequest.newBuilder(URI.create(url + "/connectors/" + name + "/config"))
                  .header("Content-Type", "application/json")
                  .PUT(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(connector)))
                  .build();
          HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
          if (answer.statusCode() == 400) {
            throw new AssertionError(answer.body());
          }
          return answer.statusCode() / 100 == 2;
        });
  }

  /** Waits until a connector runs with this number of tasks. Fails if a task has failed. */
  void awaitRunning(String connector, int tasks) throws Exception {
    await(
        "runs " + connector,
        () -> {
          JsonNode status = get("/connectors/" + connector + "/status");
          long running = 0;
          for (JsonNode task : status.path("tasks")) {
            if (task.path("state").asText().equals("FAILED")) {
              throw new AssertionError(task.path("trace").asText());
            }
            running += task.path("state").asText().equals("RUNNING") ? 1 : 0;
          }
          return running == tasks;
        });
  }

  /**
   * Waits until a connector runs with this number of tasks. If the leader of the group was killed
   * while tasks started, Connect marks these tasks as failed. This method restarts such tasks, as
   * an operator must. It fails if a task has failed for another reason.
   *
   * @return the number of restarts
   */
  int recover(String connector, int tasks) throws Exception {
    AtomicInteger restarts = new AtomicInteger();
    await(
        "runs " + connector,
        () -> {
          long running = 0;
          for (JsonNode task : get("/connectors/" + connector + "/status").path("tasks")) {
            String state = task.path("state").asText();
            running += state.equals("RUNNING") ? 1 : 0;
            if (state.equals("FAILED")) {
              if (!task.path("trace").asText().contains(LEADER_IS_AWAY)) {
                throw new AssertionError(task.path("trace").asText());
              }
              restarts.addAndGet(restart(connector, task.path("id").asInt()));
            }
          }
          return running == tasks;
        });
    return restarts.get();
  }

  /** Restarts a task. Returns 1 if the worker has accepted the request, otherwise 0. */
  private int restart(String connector, int task) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(url + "/connectors/" + connector + "/tasks/" + task + "/restart"))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    int status = HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    return status / 100 == 2 ? 1 : 0;
  }

  /** Returns the answer to a request, or a missing node if there is no answer with status 200. */
  JsonNode get(String path) throws InterruptedException {
    try {
      HttpResponse<String> answer =
          HTTP.send(
              HttpRequest.newBuilder(URI.create(url + path)).build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200 ? JSON.readTree(answer.body()) : JSON.missingNode();
    } catch (IOException e) {
      return JSON.missingNode();
    }
  }

  /** Returns the process id. */
  long pid() {
    return process.pid();
  }

  /** Returns the log of the process since its last start. */
  String log() {
    try {
      return process.output() + process.errors();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private void await(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (IOException e) {
        // The worker does not listen yet.
      }
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError("worker " + name + " never " + what + ":\n" + log());
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Path write(Path file, Properties properties) throws IOException {
    try (java.io.OutputStream out = Files.newOutputStream(file)) {
      properties.store(out, null);
    }
    return file;
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
