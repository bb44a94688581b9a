package dev.millrace.streams.control;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The name of one instance of a Kafka Streams application, and the configuration of the Kafka
 * clients with which this instance follows promotions.
 *
 * @param name the application id, the name of the host and the id of the process
 * @param consumer configuration of a consumer, without a group
 * @param producer configuration of a producer
 */
record InstanceConfig(String name, Map<String, Object> consumer, Map<String, Object> producer) {

  /**
   * Derives the configuration from the configuration of a Kafka Streams client.
   *
   * @param streams the configuration; {@code application.id} may be missing
   * @throws org.apache.kafka.common.config.ConfigException if the configuration is wrong
   */
  static InstanceConfig of(Map<?, ?> streams) {
    Map<Object, Object> complete = new HashMap<>(streams);
    complete.putIfAbsent(StreamsConfig.APPLICATION_ID_CONFIG, "millrace");
    StreamsConfig config = new StreamsConfig(complete);
    String name =
        config.getString(StreamsConfig.APPLICATION_ID_CONFIG)
            + "@"
            + hostName()
            + "-"
            + ProcessHandle.current().pid();
    return new InstanceConfig(
        name,
        config.getGlobalConsumerConfigs(name + "-control"),
        config.getProducerConfigs(name + "-status"));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown-host";
    }
  }
}
