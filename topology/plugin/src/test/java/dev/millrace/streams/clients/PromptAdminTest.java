package dev.millrace.streams.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DeleteRecordsOptions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PromptAdminTest {

  private static final TopicPartition ONE = new TopicPartition("a-repartition", 1);
  private static final TopicPartition TWO = new TopicPartition("a-repartition", 2);
  private static final Map<TopicPartition, RecordsToDelete> BOTH =
      Map.of(ONE, RecordsToDelete.beforeOffset(5), TWO, RecordsToDelete.beforeOffset(5));
  private static final Map<TopicPartition, RecordsToDelete> FIRST =
      Map.of(ONE, RecordsToDelete.beforeOffset(5));

  /** The calls that Kafka's admin client gets. */
  private final List<String> calls = new ArrayList<>();

  private KafkaException failure;

  private final Admin kafkas =
      (Admin)
          Proxy.newProxyInstance(
              Admin.class.getClassLoader(),
              new Class<?>[] {Admin.class},
              (proxy, method, arguments) -> {
                calls.add(method.getName() + (arguments == null ? "" : " " + arguments[0]));
                if (failure != null) {
                  throw failure;
                }
                return null;
              });

  private final Admin admin =
      PromptAdmin.of(kafkas, requested -> requested.equals(BOTH) ? FIRST : requested);

  @Test
  void onlyPurgeableRecords_areDeleted() {
    admin.deleteRecords(BOTH);
    admin.deleteRecords(BOTH, new DeleteRecordsOptions());

    assertThat(calls).containsExactly("deleteRecords " + FIRST, "deleteRecords " + FIRST);
  }

  @Test
  void otherCalls_arePassedOn() {
    admin.listTopics();
    failure = new KafkaException("failed");

    assertThatThrownBy(admin::describeCluster).isSameAs(failure);
    assertThat(calls).containsExactly("listTopics", "describeCluster");
  }
}
