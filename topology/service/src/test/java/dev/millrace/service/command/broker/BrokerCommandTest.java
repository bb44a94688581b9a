package dev.millrace.service.command.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.command.CapturedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that the command refuses wrong options before the broker starts, and that no error message
 * shows a secret.
 */
@Timeout(60)
class BrokerCommandTest {

  private static final String SECRET = "s3cret";
  private static final String PLAIN = "listener.name.clients.plain.sasl.jaas.config";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        PLAIN + "=PlainLoginModule s3cret;",
        PLAIN + "=PlainLoginModule required password=\"half\"s3cret\";",
        PLAIN + "=PlainLoginModule required password=s3cret",
        "listener.name.clients.scram-sha-512.sasl.jaas.config=ScramLoginModule s3cret",
        "sasl.jaas.config=s3cret"
      })
  void secretOfAMalformedJaasConfig_isNotInTheError(String property) throws IOException {
    Path file = Files.writeString(folder.resolve("broker.properties"), "broker." + property);
    String key = property.substring(0, property.indexOf('='));

    assertRefused(key, CapturedRun.of("broker", "--dir", dir(), "-X", property));
    assertThat(CapturedRun.of("broker", "--dir", dir(), "--verbose", "-X", property).err())
        .startsWith("millrace broker: " + key + " cannot be read; write MODULE required")
        .doesNotContain(SECRET);
    assertRefused(key, CapturedRun.of("broker", "--dir", dir(), "--config", file.toString()));
  }

  @Test
  void argumentWithoutAKey_isNotInTheError() {
    assertThat(CapturedRun.of("broker", "--dir", dir(), "-X", SECRET).usageLine())
        .contains("-X takes KEY=VALUE")
        .doesNotContain(SECRET);
  }

  private void assertRefused(String key, CapturedRun run) {
    assertThat(run.usageLine())
        .startsWith("millrace broker: " + key + " cannot be read; write MODULE required")
        .doesNotContain(SECRET);
    assertThat(Path.of(dir())).doesNotExist();
  }

  private String dir() {
    return folder.resolve("data").toString();
  }
}
