package dev.millrace.tests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * A {@code millrace broker} with TLS encryption and password authentication (SCRAM), configured as
 * the README of the module {@code service} says. This class also creates the TLS keys, and the
 * properties files of the broker and its clients. Every password contains {@link #SECRET}.
 */
final class SecureBroker implements AutoCloseable {

  static final String SECRET = "s3cret";

  /**
   * The first process after a build may have to create the class data sharing (CDS) archive before
   * it starts.
   */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final String SCRAM =
      "org.apache.kafka.common.security.scram.ScramLoginModule required ";
  static final String KEYSTORE_PASSWORD = "keystore-" + SECRET;
  static final String TRUSTSTORE_PASSWORD = "truststore-" + SECRET;
  private static final String JAAS_OF_BROKER =
      "broker.listener.name.clients.scram-sha-512.sasl.jaas.config";

  private final Path folder;
  private final String bootstrapServers;
  private final MillraceProcess process;

  private SecureBroker(Path folder, MillraceProcess process) throws Exception {
    this.folder = folder;
    this.process = process;
    this.bootstrapServers = process.awaitLine("ready (.*)", PATIENCE);
  }

  /**
   * Creates the keys and starts the broker.
   *
   * @param folder folder for the keys and the data
   * @param output folder for the broker's output
   */
  static SecureBroker start(Path folder, Path output, String jvmOptions) throws Exception {
    makeKeys(folder);
    Path config = write(folder.resolve("broker.properties"), brokerProperties(folder));
    MillraceProcess process =
        MillraceProcess.start(
            output,
            jvmOptions,
            "broker",
            "--verbose",
            "--config",
            config,
            "--dir",
            folder.resolve("kafka"),
            "--port",
            0);
    try {
      return new SecureBroker(folder, process);
    } catch (Exception | Error e) {
      process.close();
      throw e;
    }
  }

  /**
   * Creates a key for this machine in {@code broker.p12}, and {@code truststore.p12} with the key's
   * certificate.
   */
  static void makeKeys(Path folder) throws Exception {
    Path keys = folder.resolve("broker.p12");
    Path certificate = folder.resolve("broker.pem");
    keytool(
        "-genkeypair -alias broker -keyalg EC -validity 30 -storetype PKCS12 -dname CN=localhost"
            + " -ext SAN=dns:localhost,ip:127.0.0.1",
        "-keystore",
        keys,
        "-storepass",
        KEYSTORE_PASSWORD);
    keytool(
        "-exportcert -rfc -alias broker",
        "-keystore",
        keys,
        "-storepass",
        KEYSTORE_PASSWORD,
        "-file",
        certificate);
    keytool(
        "-importcert -noprompt -alias broker -storetype PKCS12",
        "-file",
        certificate,
        "-keystore",
        folder.resolve("truststore.p12"),
        "-storepass",
        TRUSTSTORE_PASSWORD);
  }

  private static void keytool(String words, Object... more) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(words.split(" ")));
    Arrays.stream(more).map(Object::toString).forEach(command::add);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("keytool failed: " + said);
    }
  }

  private static Map<String, String> brokerProperties(Path folder) {
    return new TreeMap<>(
        Map.of(
            "broker.listener.security.protocol.map",
            "CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT",
            "broker.sasl.enabled.mechanisms",
            "SCRAM-SHA-512",
            "broker.sasl.mechanism.inter.broker.protocol",
            "SCRAM-SHA-512",
            JAAS_OF_BROKER,
            SCRAM
                + ("username=\"broker\" password=\"broker-" + SECRET + "\"")
                + (" user_alice=\"alice-" + SECRET + "\";"),
            "broker.ssl.keystore.location",
            folder.resolve("broker.p12").toString(),
            "broker.ssl.keystore.password",
            KEYSTORE_PASSWORD,
            "broker.ssl.truststore.location",
            folder.resolve("truststore.p12").toString(),
            "broker.ssl.truststore.password",
            TRUSTSTORE_PASSWORD));
  }

  /**
   * Writes a properties file for clients: the usual properties with these changes. Returns the
   * file's path.
   *
   * @param changes new values by key; an empty value removes the key
   */
  Path clientConfig(Map<String, String> changes) throws IOException {
    Map<String, String> properties =
        new TreeMap<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                "SCRAM-SHA-512",
                "sasl.jaas.config",
                jaas("alice-" + SECRET),
                "ssl.truststore.location",
                folder.resolve("truststore.p12").toString(),
                "ssl.truststore.password",
                TRUSTSTORE_PASSWORD));
    return changed("client", properties, changes);
  }

  /**
   * Writes a properties file for the broker: the usual properties with these changes. Returns the
   * file's path.
   */
  Path brokerConfig(Map<String, String> changes) throws IOException {
    return changed("broker", brokerProperties(folder), changes);
  }

  private Path changed(String name, Map<String, String> properties, Map<String, String> changes)
      throws IOException {
    properties.putAll(changes);
    properties.values().removeIf(String::isEmpty);
    return write(Files.createTempFile(folder, name + "-", ".properties"), properties);
  }

  private static Path write(Path file, Map<String, String> values) throws IOException {
    Properties properties = new Properties();
    properties.putAll(values);
    try (var writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      properties.store(writer, null);
    }
    return file;
  }

  /** Returns the JAAS configuration of the user Alice with this password. */
  static String jaas(String password) {
    return SCRAM + "username=\"alice\" password=\"" + password + "\";";
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
