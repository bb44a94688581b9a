package dev.millrace.service.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.events.Prediction;
import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.CommandLineTool;
import dev.millrace.service.command.RandomModel;
import dev.millrace.service.command.options.BrokerKeys;
import dev.millrace.service.command.options.ConfigFile;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A broker with Kafka's own authorizer and a user named alice, whose rights the tests change. A
 * properties file configures it, as for {@code millrace broker}. The broker has topics and a dead
 * letter, and the repository has a model.
 */
final class GuardedBroker implements AutoCloseable {

  static final Topics TOPICS = Topics.of("images", "predictions");
  static final String MODEL = "random";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PLAIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required ";

  private final Path folder;
  private final EmbeddedBroker broker;
  private final Admin admin;
  private final Path config;

  private GuardedBroker(Path folder) throws Exception {
    this.folder = folder;
    this.broker = EmbeddedBroker.start(brokerConfig(folder));
    this.admin = Admin.create(client("admin"));
    this.config = folder.resolve("alice.properties");
    Files.write(
        config,
        client("alice").entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .toList());
  }

  static GuardedBroker start(Path folder) throws Exception {
    GuardedBroker guarded = new GuardedBroker(folder);
    try {
      guarded.prepare();
      return guarded;
    } catch (Exception | Error e) {
      guarded.close();
      throw e;
    }
  }

  private static BrokerConfig brokerConfig(Path folder) throws Exception {
    Path file = folder.resolve("broker.properties");
    Files.write(
        file,
        List.of(
            "broker.listener.security.protocol.map=CLIENTS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
            "broker.sasl.enabled.mechanisms=PLAIN",
            "broker.sasl.mechanism.inter.broker.protocol=PLAIN",
            "broker.listener.name.clients.plain.sasl.jaas.config="
                + PLAIN
                + "username=\"admin\" password=\"a\" user_admin=\"a\" user_alice=\"a\";",
            "broker.authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "broker.super.users=User:admin;User:ANONYMOUS"));
    String[] arguments = {"broker", "--config", file.toString()};
    return new BrokerConfig(
        folder.resolve("kafka"),
        BrokerConfig.DEFAULT_HOST,
        0,
        BrokerKeys.select(ConfigFile.of(arguments).values()));
  }

  /** Returns the configuration of a client of alice. */
  Map<String, Object> alice() {
    return client("alice");
  }

  private Map<String, Object> client(String user) {
    return Map.of(
        "bootstrap.servers",
        broker.bootstrapServers(),
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        PLAIN + "username=\"" + user + "\" password=\"a\";");
  }

  private void prepare() throws Exception {
    RandomModel.publish(folder.resolve("models"), MODEL);
    Files.write(Files.createDirectory(folder.resolve("images")).resolve("bad.png"), new byte[10]);
    TopicCreation.create(admin, TOPICS, 1, 1 << 20);
    TopicCreation.create(
        admin,
        Stream.of("labels", TOPICS.deadLetters() + ".replayed")
            .map(name -> new NewTopic(name, Optional.of(1), Optional.empty()))
            .toList());
    send(new ProducerRecord<>(TOPICS.output(), prediction()));
    sendDeadLetter();
  }

  private static byte[] prediction() {
    return Prediction.serde()
        .serializer()
        .serialize(
            "any",
            new Prediction(
                "a",
                new Prediction.Model(MODEL, 1, "ab"),
                "cat",
                0.9f,
                List.of(new Prediction.Top(0, "cat", 0.9f)),
                null,
                new Prediction.Source("images", 0, 42)));
  }

  /** Writes a dead letter, which a replay can send. */
  void sendDeadLetter() throws Exception {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(TOPICS.deadLetters(), new byte[10]);
    Map.of("topic", TOPICS.input(), "partition", "0", "offset", "1", "message", "bad")
        .forEach(
            (name, value) ->
                letter
                    .headers()
                    .add("__streams.errors." + name, value.getBytes(StandardCharsets.UTF_8)));
    send(letter);
  }

  private void send(ProducerRecord<byte[], byte[]> record) throws Exception {
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            client("admin"), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(record).get();
    }
  }

  /** Replaces alice's rights. Returns when the broker has applied the change. */
  void allow(Collection<Right> rights) throws Exception {
    Set<AclBinding> wanted =
        rights.stream()
            .map(
                right ->
                    new AclBinding(
                        right.resource(),
                        new AccessControlEntry(
                            "User:alice", "*", right.operation(), AclPermissionType.ALLOW)))
            .collect(Collectors.toSet());
    List<AclBindingFilter> unwanted =
        admin.describeAcls(AclBindingFilter.ANY).values().get().stream()
            .filter(Predicate.not(wanted::contains))
            .map(AclBinding::toFilter)
            .toList();
    admin.deleteAcls(unwanted).all().get();
    admin.createAcls(wanted).all().get();
    await()
        .until(
            () ->
                Set.copyOf(admin.describeAcls(AclBindingFilter.ANY).values().get()).equals(wanted));
  }

  /** Runs a command as alice, and returns when it has ended. */
  CapturedRun run(String command, String... more) {
    return CapturedRun.of(arguments(command, more));
  }

  private String[] arguments(String command, String... more) {
    return Stream.of(
            Arrays.stream(command.split(" ")),
            Stream.of("--config", config.toString()),
            Arrays.stream(more))
        .flatMap(words -> words)
        .toArray(String[]::new);
  }

  String[] ofModel() {
    return new String[] {"--repository", folder.resolve("models").toString(), "--model", MODEL};
  }

  String[] ofAllModels() {
    return new String[] {"--repository", folder.resolve("models").toString()};
  }

  String images() {
    return folder.resolve("images").toString();
  }

  /** Starts {@code serve} as alice. It runs until it fails. */
  Serving serve(String options) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] arguments = arguments("serve " + options, ofModel());
    CompletableFuture<Integer> exit = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () ->
                exit.complete(
                    new CommandLineTool(new PrintWriter(out), new PrintWriter(err))
                        .run(arguments)));
    thread.setDaemon(true);
    thread.start();
    return new Serving(exit, out, err);
  }

  record Serving(CompletableFuture<Integer> exit, StringWriter out, StringWriter err) {

    /**
     * Waits until the service is ready or has ended.
     *
     * @return whether the service is ready
     */
    boolean isReady() {
      await()
          .dontCatchUncaughtExceptions() // stream threads may throw
          .atMost(PATIENCE)
          .until(() -> exit.isDone() || out.toString().startsWith("ready " + MODEL));
      return !exit.isDone();
    }

    /**
     * Waits until the service has failed.
     *
     * @return the one line on standard error
     */
    String failure() {
      await().dontCatchUncaughtExceptions().atMost(PATIENCE).until(exit::isDone);
      assertThat(exit.join()).isEqualTo(1);
      assertThat(err.toString().lines()).as(err.toString()).hasSize(1);
      return err.toString();
    }
  }

  @Override
  public void close() {
    admin.close();
    broker.close();
  }
}
