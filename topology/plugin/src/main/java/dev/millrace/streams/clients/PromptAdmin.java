package dev.millrace.streams.clients;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/**
 * Kafka's admin client, except that it deletes only the records that may be deleted (see {@link
 * CommittedOffsets}). Kafka's own {@code ForwardingAdmin} does not serve, because it cannot
 * register the metrics of Kafka Streams (KIP-1076).
 */
public final class PromptAdmin {

  private PromptAdmin() {}

  /**
   * Returns an admin client.
   *
   * @param admin Kafka's admin client, which the returned client closes
   * @param purgeable returns the records to delete instead of the requested ones
   */
  public static Admin of(
      Admin admin, UnaryOperator<Map<TopicPartition, RecordsToDelete>> purgeable) {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("deleteRecords")) {
                arguments[0] = purgeable.apply(requested(arguments[0]));
              }
              try {
                return method.invoke(admin, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @SuppressWarnings("unchecked") // the type of the parameter of Admin.deleteRecords
  private static Map<TopicPartition, RecordsToDelete> requested(Object records) {
    return (Map<TopicPartition, RecordsToDelete>) records;
  }
}
