package com.example.gallery;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;

/** A broker in the tests' JVM, which Quarkus starts before the application. */
public final class BrokerResource implements QuarkusTestResourceLifecycleManager {

  private KafkaClusterTestKit broker;

  @Override
  public Map<String, String> start() {
    try {
      broker =
          new KafkaClusterTestKit.Builder(
                  new TestKitNodes.Builder()
                      .setCombined(true)
                      .setNumControllerNodes(1)
                      .setNumBrokerNodes(1)
                      .build())
              .setConfigProp("offsets.topic.replication.factor", "1")
              .build();
      broker.format();
      broker.startup();
      broker.waitForReadyBrokers();
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
        admin
            .createTopics(
                Stream.of("pictures", "picture-colours", "bright-pictures", "pictures.dead-letters")
                    .map(name -> new NewTopic(name, 1, (short) 1))
                    .toList())
            .all()
            .get();
      }
    } catch (Exception e) {
      throw new IllegalStateException("the broker did not start", e);
    }
    return Map.of("kafka.bootstrap.servers", broker.bootstrapServers());
  }

  @Override
  public void stop() {
    if (broker != null) {
      try {
        broker.close();
      } catch (Exception e) {
        throw new IllegalStateException("the broker did not stop", e);
      }
    }
  }
}
