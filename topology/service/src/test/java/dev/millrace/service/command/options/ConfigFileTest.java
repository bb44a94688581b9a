package dev.millrace.service.command.options;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.command.CapturedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tests which source of an option's value has precedence, and which keys the file may have. */
class ConfigFileTest {

  @TempDir Path folder;

  @Command(name = "probe")
  static final class Probe implements Runnable {
    @Option(names = "--topic", defaultValue = "default")
    private String topic;

    @Option(names = "--bootstrap-servers", defaultValue = "localhost:9092")
    private String bootstrapServers;

    @Override
    public void run() {}
  }

  @Test
  void value_isTheCommandLinesThenTheFilesThenTheDefault() {
    assertThat(probe(Map.of()).topic).isEqualTo("default");
    assertThat(probe(Map.of("topic", "file")).topic).isEqualTo("file");
    assertThat(probe(Map.of("topic", "file", "probe.topic", "its own")).topic).isEqualTo("its own");
    assertThat(probe(Map.of("topic", "file", "send.topic", "another's")).topic).isEqualTo("file");
    assertThat(probe(Map.of("topic", "file", "probe.topic", "its own"), "--topic", "line").topic)
        .isEqualTo("line");
  }

  @Test
  void bootstrapServers_mayBeWrittenAsKafkaDoes() {
    assertThat(probe(Map.of("bootstrap.servers", "a:1")).bootstrapServers).isEqualTo("a:1");
    assertThat(
            probe(Map.of("bootstrap.servers", "a:1", "bootstrap-servers", "b:2")).bootstrapServers)
        .isEqualTo("b:2");
  }

  @Test
  void unknownKey_isNamed() throws IOException {
    Path file = file("topic=images\ntopik=images\n");

    assertThat(CapturedRun.of("tail", "--config", file.toString()).failureLine())
        .contains("key 'topik' is neither an option of a command nor one of Kafka's");
  }

  @Test
  void unknownKey_isTold_beforeTheOptionThatIsMissing() throws IOException {
    Path file = file("modle=resnet20\n");

    assertThat(CapturedRun.of("serve", "--config", file.toString()).failureLine())
        .contains("'modle'")
        .doesNotContain("--model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3cret", "\"s3cret\";", "\"half s3cret\";", "password=\"s3cret\";"})
  void valueBrokenInTwoLines_isNotShown(String rest) throws IOException {
    Path file = file("sasl.jaas.config=Module required username=\"u\"\n  " + rest + "\n");

    assertThat(CapturedRun.of("tail", "--config", file.toString()).failureLine())
        .contains("the --config file")
        .doesNotContain("s3cret");
  }

  @Test
  void knownKeys_areThoseOfAllCommands() throws IOException {
    Path file =
        file(
            """
            topic = images
            serve.version = 3
            models.import.size = 32
            verbose = false
            bootstrap.servers = localhost:9092
            linger.ms = 5
            producer.linger.ms = 5
            main.consumer.max.poll.records = 5
            processing.guarantee = exactly_once_v2
            broker.log.retention.ms = 5
            broker.authorizer.class.name = org.apache.kafka.metadata.authorizer.StandardAuthorizer
            broker.super.users = User:admin
            broker.allow.everyone.if.no.acl.found = false
            config.providers = file
            config.providers.file.class = org.apache.kafka.common.config.provider.FileConfigProvider
            config.providers.file.param.allowed.paths = /etc/millrace
            broker.listener.name.clients.ssl.keystore.type = PEM
            """);

    assertThat(CapturedRun.of("send", "--help", "--config", file.toString()).succeeded().err())
        .isEmpty();
  }

  @Test
  void keysOfAPlugin_areKnownOnceItIsConfigured() throws IOException {
    String keys = "com.acme.endpoint=x\n";

    assertThat(CapturedRun.of("tail", "--config", file(keys).toString()).failureLine())
        .contains("'com.acme.endpoint'");
    Path file = file(keys + "interceptor.classes=com.acme.Interceptor\n");
    assertThat(CapturedRun.of("send", "--help", "--config", file.toString()).succeeded().err())
        .isEmpty();
    Path mistyped = file("topik=x\ninterceptor.classes=com.acme.Interceptor\n");
    assertThat(CapturedRun.of("tail", "--config", mistyped.toString()).failureLine())
        .contains("'topik'");
  }

  @Test
  void keysThatNoFileCanHold_areRefused() throws IOException {
    for (String key : new String[] {"config", "help", "send.verbose", "millrace.version"}) {
      Path file = file(key + "=true\n");
      assertThat(CapturedRun.of("tail", "--config", file.toString()).failureLine())
          .contains("'" + key + "'");
    }
  }

  @Test
  void file_missing() {
    Path missing = folder.resolve("missing.properties");

    assertThat(CapturedRun.of("tail", "--config", missing.toString()).failureLine())
        .contains("there is no file " + missing);
  }

  @Test
  void text_holdsNoValues() {
    assertThat(new ConfigFile(Map.of("sasl.jaas.config", "s3cret")))
        .hasToString("ConfigFile[sasl.jaas.config]");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("millrace.properties"), text);
  }

  private static Probe probe(Map<String, String> file, String... args) {
    Probe probe = new Probe();
    new CommandLine(probe).setDefaultValueProvider(new ConfigFile(file)).parseArgs(args);
    return probe;
  }
}
