package dev.millrace.service.broker;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;

/**
 * The users that are named in the {@code sasl.jaas.config} of a broker's SCRAM listeners. {@code
 * username} and {@code password} are the broker's own user. {@code user_NAME="PASSWORD"} is a
 * client's user, in the notation that Kafka uses for SASL/PLAIN. Kafka stores SCRAM users in its
 * metadata. A new broker has no users, so no user can create the first one. This class therefore
 * creates the users.
 *
 * <p>The controller creates the users at each start. The formatter of Kafka's data folder can
 * create users, too, but only in an empty folder. A changed password would therefore have no effect
 * after a restart. The formatter also refuses a password that contains a comma.
 */
final class ScramUsers {

  private static final Pattern KEY =
      Pattern.compile("listener\\.name\\.[^.]+\\.(scram-sha-\\d+)\\.sasl\\.jaas\\.config");
  private static final String USER = "user_";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long PAUSE_MS = 10;

  /**
   * The users of each {@code sasl.jaas.config}. Each {@code sasl.jaas.config} needs a request of
   * its own, because Kafka accepts a user name only once per request.
   */
  private final List<Line> lines = new ArrayList<>();

  private record Line(ScramMechanism mechanism, Map<String, String> passwords) {}

  /**
   * Reads the users from a broker's properties.
   *
   * @throws IllegalArgumentException if a {@code sasl.jaas.config} cannot be parsed, or a name or
   *     password is empty
   */
  ScramUsers(Map<String, String> properties) {
    properties.forEach(
        (key, value) -> {
          Matcher matcher = KEY.matcher(key);
          if (matcher.matches()) {
            lines.add(
                new Line(
                    mechanism(key, matcher.group(1)),
                    passwords(key, JaasLine.options(key, value))));
          }
        });
  }

  private static ScramMechanism mechanism(String key, String name) {
    ScramMechanism mechanism = ScramMechanism.forMechanismName(name.toUpperCase(Locale.ROOT));
    if (mechanism == null) {
      throw new IllegalArgumentException(
          key + ": " + name + " is not one of " + ScramMechanism.mechanismNames());
    }
    return mechanism;
  }

  private static Map<String, String> passwords(String key, Map<String, String> options) {
    Map<String, String> passwords = new HashMap<>();
    options.forEach(
        (name, value) -> {
          if (name.startsWith(USER)) {
            passwords.put(name.substring(USER.length()), value);
          }
        });
    if (options.containsKey("username")) {
      passwords.put(options.get("username"), options.getOrDefault("password", ""));
    }
    passwords.forEach(
        (name, password) -> {
          if (name.isEmpty() || password.isEmpty()) {
            throw new IllegalArgumentException(
                key + ": the user '" + name + "' lacks a name or a password");
          }
        });
    return passwords;
  }

  /**
   * Creates the users, or sets their passwords. Returns when the changes are committed.
   *
   * @param controller a started controller; it does not have to be active yet
   * @throws BrokerException if the controller refuses a user, or is not active within 30 s
   */
  void make(Controller controller) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    for (Line line : lines) {
      AlterUserScramCredentialsRequestData request = request(line);
      AlterUserScramCredentialsResponseData response;
      while ((response = answer(controller, request)) == null) {
        pause(deadline);
      }
      for (AlterUserScramCredentialsResult result : response.results()) {
        if (result.errorCode() != 0) {
          throw new BrokerException(
              "cannot create the user '" + result.user() + "': " + result.errorMessage());
        }
      }
    }
  }

  private static AlterUserScramCredentialsRequestData request(Line line) {
    AlterUserScramCredentialsRequestData request = new AlterUserScramCredentialsRequestData();
    line.passwords()
        .forEach(
            (name, password) -> request.upsertions().add(user(line.mechanism(), name, password)));
    return request;
  }

  private static ScramCredentialUpsertion user(
      ScramMechanism mechanism, String name, String password) {
    try {
      ScramFormatter formatter = new ScramFormatter(mechanism);
      byte[] salt = formatter.secureRandomBytes();
      int iterations = mechanism.minIterations();
      return new ScramCredentialUpsertion()
          .setName(name)
          .setMechanism(mechanism.type())
          .setIterations(iterations)
          .setSalt(salt)
          .setSaltedPassword(formatter.saltedPassword(password, salt, iterations));
    } catch (GeneralSecurityException e) {
      throw new BrokerException(
          "this Java does not support " + mechanism.mechanismName() + ": " + e, e);
    }
  }

  /** Returns the controller's answer, or null while the controller is not active. */
  private static AlterUserScramCredentialsResponseData answer(
      Controller controller, AlterUserScramCredentialsRequestData request) {
    ControllerRequestContext context =
        new ControllerRequestContext(
            new RequestHeaderData(), KafkaPrincipal.ANONYMOUS, OptionalLong.empty());
    try {
      return controller.alterUserScramCredentials(context, request).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof NotControllerException) {
        return null;
      }
      throw e;
    }
  }

  private static void pause(long deadline) {
    if (System.nanoTime() > deadline) {
      throw new BrokerException(
          "the broker did not start: its controller was not active after "
              + PATIENCE.toSeconds()
              + " s");
    }
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted while the broker started", e);
    }
  }
}
