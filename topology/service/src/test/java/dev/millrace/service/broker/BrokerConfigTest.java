package dev.millrace.service.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerConfigTest {

  private static final Path FOLDER = Path.of("broker");

  @Test
  void values_areChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BrokerConfig(FOLDER, 65536))
        .withMessage("port: 65536 is not within 0 to 65535");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BrokerConfig(FOLDER, " ", 0, Map.of()))
        .withMessageStartingWith("host: is blank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BrokerConfig(FOLDER, "localhost", 0, Map.of("no.such.key", "1")))
        .withMessage("no.such.key: Kafka's broker has no such property");
  }

  @Test
  void overrides_win() {
    BrokerConfig config = new BrokerConfig(FOLDER, "localhost", 0, Map.of("num.io.threads", "9"));

    assertThat(config.properties(1234, 1235))
        .containsEntry("num.io.threads", "9")
        .containsEntry("listeners", "CLIENTS://localhost:1234,CONTROLLER://127.0.0.1:1235")
        .containsEntry("auto.create.topics.enable", "false");
  }

  @Test
  void jaasLineThatCannotBeRead_isRefused_withoutItsText() {
    String key = "listener.name.clients.scram-sha-512.sasl.jaas.config";

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new BrokerConfig(
                    FOLDER, "localhost", 0, Map.of(key, "Module required password=\"a\"s3cret\";")))
        .withMessageStartingWith(key + " cannot be read")
        .withMessageNotContaining("s3cret")
        .withNoCause();
  }

  @Test
  void text_holdsNoValuesOfOverrides() {
    String key = "listener.name.clients.plain.sasl.jaas.config";
    String line = "Module required password=\"s3cret\";";
    BrokerConfig config = new BrokerConfig(FOLDER, "localhost", 0, Map.of(key, line));

    assertThat(config.toString()).contains(key).doesNotContain("s3cret");
  }
}
