package dev.millrace.service.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the users that a broker's {@code sasl.jaas.config} for SCRAM names, over SASL_PLAINTEXT.
 */
@Tag("broker")
class ScramUsersTest {

  private static final String KEY = "listener.name.clients.scram-sha-512.sasl.jaas.config";

  /**
   * A password, quoted for a {@code sasl.jaas.config}. It contains quotes, a letter outside ASCII,
   * and the characters that separate the arguments of Kafka's formatter.
   */
  private static final String ODD = "x],[= 'y' \\\"z\\\" \u00fc";

  private static final String MODULE =
      "org.apache.kafka.common.security.scram.ScramLoginModule required ";

  @TempDir Path folder;

  @Test
  void users_areLetInByTheirPresentPasswords() throws Exception {
    String users =
        "username=\"broker\" password=\"b,=1\" user_alice=\"a1\" user_odd=\"" + ODD + "\"";
    try (EmbeddedBroker broker = start(users)) {
      requireIn(broker, "alice", "a1");
      requireIn(broker, "odd", ODD);
      requireIn(broker, "broker", "b,=1");
      requireOut(broker, "alice", "b,=1");
      requireOut(broker, "bob", "a1");
    }

    try (EmbeddedBroker broker = start("username=\"broker\" password=\"b2\" user_bob=\"c1\"")) {
      requireIn(broker, "broker", "b2");
      requireIn(broker, "bob", "c1");
      requireIn(broker, "alice", "a1");
      requireOut(broker, "broker", "b,=1");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"username=\"alice\"", "user_alice=\"\"", "username=\"\" password=\"s3cret\""})
  void userWithoutNameOrPassword_isRefused(String options) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ScramUsers(Map.of(KEY, MODULE + options + ";")))
        .withMessageStartingWith(KEY)
        .withMessageContaining("lacks a name or a password")
        .withMessageNotContaining("s3cret");
  }

  @Test
  void unknownMechanism_isRefused() {
    String key = KEY.replace("512", "1024");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ScramUsers(Map.of(key, MODULE + "user_a=\"b\";")))
        .withMessageContaining("scram-sha-1024 is not one of")
        .withMessageContaining("SCRAM-SHA-512");
  }

  private EmbeddedBroker start(String options) {
    Map<String, String> properties =
        Map.of(
            "listener.security.protocol.map",
            "CLIENTS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
            "sasl.enabled.mechanisms",
            "SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol",
            "SCRAM-SHA-512",
            KEY,
            MODULE + options + ";");
    return EmbeddedBroker.start(new BrokerConfig(folder, BrokerConfig.DEFAULT_HOST, 0, properties));
  }

  private static void requireIn(EmbeddedBroker broker, String user, String password)
      throws Exception {
    try (Admin admin = admin(broker, user, password)) {
      assertThat(admin.describeCluster().nodes().get()).hasSize(1);
    }
  }

  private static void requireOut(EmbeddedBroker broker, String user, String password) {
    try (Admin admin = admin(broker, user, password)) {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> admin.describeCluster().nodes().get())
          .withCauseInstanceOf(SaslAuthenticationException.class);
    }
  }

  private static Admin admin(EmbeddedBroker broker, String user, String password) {
    return Admin.create(
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "security.protocol",
            "SASL_PLAINTEXT",
            "sasl.mechanism",
            "SCRAM-SHA-512",
            "sasl.jaas.config",
            MODULE + "username=\"" + user + "\" password=\"" + password + "\";"));
  }
}
