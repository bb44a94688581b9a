package dev.millrace.service.command.options;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.lifecycle.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which of Kafka's keys each client gets, and that no error message shows a secret. */
class KafkaOptionsTest {

  private static final String SECRET = "s3cret";
  private static final String JAAS =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\""
          + SECRET
          + "\";";

  private static final String SASL = "-X|security.protocol=SASL_PLAINTEXT|-X|sasl.mechanism=PLAIN";

  @TempDir Path folder;

  @Test
  void keys_reachTheClientsThatKnowThem() {
    KafkaOptions kafka =
        options(
            Map.of(
                "security.protocol", "SSL",
                "linger.ms", "7",
                "max.poll.records", "8",
                "producer.client.id", "p",
                "topic", "images"));

    assertThat(kafka.producer(Map.of()))
        .containsOnly(
            Map.entry("bootstrap.servers", "localhost:9092"),
            Map.entry("security.protocol", "SSL"),
            Map.entry("linger.ms", "7"),
            Map.entry("client.id", "p"));
    assertThat(kafka.consumer(Map.of()))
        .containsOnly(
            Map.entry("bootstrap.servers", "localhost:9092"),
            Map.entry("security.protocol", "SSL"),
            Map.entry("max.poll.records", "8"));
    assertThat(kafka.admin())
        .containsEntry("security.protocol", "SSL")
        .doesNotContainKeys("linger.ms", "max.poll.records", "client.id", "topic");
    assertThat(kafka.streams(Map.of()))
        .containsEntry("linger.ms", "7")
        .containsEntry("producer.client.id", "p")
        .doesNotContainKey("topic");
  }

  @Test
  void keysOfConfigProviders_reachEveryClient() throws IOException {
    Path secrets = Files.writeString(folder.resolve("secrets.properties"), "jaas=" + JAAS + "\n");
    KafkaOptions kafka =
        options(
            Map.of(
                "config.providers", "file",
                "config.providers.file.class",
                    "org.apache.kafka.common.config.provider.FileConfigProvider",
                "sasl.jaas.config", "${file:" + secrets + ":jaas}"));

    for (Map<?, ?> client :
        List.of(
            kafka.admin(),
            kafka.producer(Map.of()),
            kafka.consumer(Map.of()),
            kafka.streams(Map.of()))) {
      assertThat(client.keySet().toString())
          .contains("config.providers", "config.providers.file.class");
    }
    assertThat(new AdminClientConfig(kafka.admin()).getPassword("sasl.jaas.config").value())
        .isEqualTo(JAAS);
  }

  @Test
  void keysOfAPlugin_reachEveryClientThatMayHaveIt_andAnotherCommandsDoNot() {
    KafkaOptions kafka =
        options(
            Map.of("metric.reporters", "com.acme.Reporter", "com.acme.endpoint", "x"),
            "-X",
            "com.acme.token=y");

    assertThat(kafka.producer(Map.of()))
        .containsEntry("com.acme.endpoint", "x")
        .containsEntry("com.acme.token", "y");
    assertThat(kafka.streams(Map.of())).containsEntry("com.acme.endpoint", "x");
  }

  @Test
  void key_isTheCommandLinesThenTheFilesThenTheDefault() {
    Map<String, String> defaults = Map.of("linger.ms", "1");

    assertThat(options(Map.of()).producer(defaults)).containsEntry("linger.ms", "1");
    assertThat(options(Map.of("linger.ms", "2")).producer(defaults))
        .containsEntry("linger.ms", "2");
    assertThat(options(Map.of("linger.ms", "2"), "-X", "linger.ms=3").producer(defaults))
        .containsEntry("linger.ms", "3");
    assertThat(options(Map.of("producer.linger.ms", "2"), "-X", "linger.ms=3").producer(defaults))
        .containsEntry("linger.ms", "3");
    assertThat(
            options(Map.of(), "-X", "producer.linger.ms=3", "-X", "linger.ms=4").producer(defaults))
        .containsEntry("linger.ms", "3");
  }

  @Test
  void value_mayHoldAnEqualsSign() {
    assertThat(options(Map.of(), "-X", "sasl.jaas.config=" + JAAS).admin())
        .containsEntry("sasl.jaas.config", JAAS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-X|sasl.jaas.conf=s3cret",
        "-X|s3cret",
        "-X|sasl.jaas.config=PlainLoginModule s3cret;",
        "-X|sasl.jaas.config=PlainLoginModule required password=\"half\"s3cret\";",
        "-X|producer.sasl.jaas.config=PlainLoginModule s3cret;",
        "--sasl.jaas.config=s3cret",
        "--verbose|-X|sasl.jaas.config=PlainLoginModule required password=s3cret",
        "--verbose|-X|ssl.keystore.type=PEM|-X|security.protocol=SSL|-X|ssl.keystore.key=s3cret"
      })
  void secret_isNotInTheError(String args) throws IOException {
    Path image = Files.write(folder.resolve("a.jpg"), new byte[] {1});

    CapturedRun run = CapturedRun.of(("send|" + SASL + "|" + args + "|" + image).split("\\|"));

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.err()).startsWith("millrace send: ").doesNotContain(SECRET);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void secretOfTheFile_isNotInTheErrorOfABrokerThatIsAway() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("millrace.properties"),
            String.join(
                "\n",
                List.of(
                    "security.protocol=SASL_PLAINTEXT",
                    "sasl.mechanism=PLAIN",
                    "sasl.jaas.config=" + JAAS,
                    "request.timeout.ms=200",
                    "default.api.timeout.ms=300",
                    "bootstrap-servers=127.0.0.1:1")));

    CapturedRun run = CapturedRun.of("tail", "--verbose", "--config", file.toString());

    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("no answer from a broker").doesNotContain(SECRET);
  }

  private static KafkaOptions options(Map<String, String> file, String... args) {
    return ParsedOptions.kafka(file, args);
  }
}
