package dev.millrace.service.serve;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session timeout of a group under {@code group.protocol=streams} (KIP-1071). After an instance
 * is killed, its partitions stand still for this time. The timeout is a configuration of the group
 * on the brokers.
 */
final class StreamsSession {

  private static final Logger log = LoggerFactory.getLogger(StreamsSession.class);

  private static final String KEY = "streams.session.timeout.ms";

  private final Admin admin;
  private final ConfigResource group;

  /**
   * Creates an instance for one group.
   *
   * @param admin reads and sets the timeout; the caller closes it
   */
  StreamsSession(Admin admin, String group) {
    this.admin = admin;
    this.group = new ConfigResource(ConfigResource.Type.GROUP, group);
  }

  /**
   * If the session timeout is longer than {@code timeout}, shortens it to {@code timeout}. If the
   * brokers or the user's rights do not allow this, logs a warning that says how long partitions
   * stand still after a kill.
   */
  void shortenTo(Duration timeout) throws InterruptedException {
    try {
      long current = current();
      if (current > timeout.toMillis()) {
        set(timeout);
      }
    } catch (ExecutionException e) {
      log.warn(
          "after a kill, the partitions of an instance stand still for {}, because the group's {}"
              + " cannot be set to {} ({}); lower the brokers'"
              + " group.streams.min.session.timeout.ms, or set the group's timeout with"
              + " kafka-configs.sh",
          lasting(),
          KEY,
          timeout.toMillis(),
          e.getCause().getMessage());
    }
  }

  private void set(Duration timeout) throws ExecutionException, InterruptedException {
    AlterConfigOp set =
        new AlterConfigOp(
            new ConfigEntry(KEY, Long.toString(timeout.toMillis())), AlterConfigOp.OpType.SET);
    admin.incrementalAlterConfigs(Map.of(group, List.of(set))).all().get();
  }

  private String lasting() throws InterruptedException {
    try {
      return Duration.ofMillis(current()).toSeconds() + " s";
    } catch (ExecutionException e) {
      return "the brokers' session timeout, 45 s by default";
    }
  }

  private long current() throws ExecutionException, InterruptedException {
    ConfigEntry entry = admin.describeConfigs(List.of(group)).all().get().get(group).get(KEY);
    return entry == null || entry.value() == null ? Long.MAX_VALUE : Long.parseLong(entry.value());
  }
}
