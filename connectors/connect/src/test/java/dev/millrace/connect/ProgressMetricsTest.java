package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import javax.management.Attribute;
import javax.management.AttributeNotFoundException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.junit.jupiter.api.Test;

class ProgressMetricsTest {

  private static final MBeanServer BEANS = ManagementFactory.getPlatformMBeanServer();
  private static final Map<String, String> TAGS = Map.of("connector", "my \"photos\"");

  /** The context of a worker before Kafka 4.1. */
  private static final class OlderContext implements SourceTaskContext {
    @Override
    public Map<String, String> configs() {
      return Map.of();
    }

    @Override
    public OffsetStorageReader offsetStorageReader() {
      return null;
    }

    @Override
    public PluginMetrics pluginMetrics() {
      throw new NoSuchMethodError();
    }
  }

  @Test
  void newerWorker_getsEachNumber() {
    FakeWorker worker = new FakeWorker(Map.of());
    FolderProgress progress = new FolderProgress();

    try (ProgressMetrics metrics = ProgressMetrics.publish(progress, worker, TAGS)) {
      progress.set(FolderProgress.Measure.FILES_FOUND, 3);

      assertThat(metrics).isNotNull();
      assertThat(worker.metrics).hasSize(FolderProgress.Measure.values().length);
      assertThat(worker.metric("files-found")).isEqualTo(3);
    }
  }

  @Test
  void olderWorker_getsAnMBean() throws Exception {
    FolderProgress progress = new FolderProgress();
    ObjectName name =
        new ObjectName(
            "dev.millrace.connect:type=image-folder-source,connector="
                + ObjectName.quote("my \"photos\""));

    try (ProgressMetrics metrics = ProgressMetrics.publish(progress, new OlderContext(), TAGS)) {
      progress.add(FolderProgress.Measure.FILES_SENT, 2);

      assertThat(metrics).isNotNull();
      assertThat(BEANS.getAttribute(name, "files-sent-total")).isEqualTo(2L);
      assertThat(BEANS.getAttributes(name, new String[] {"files-sent-total", "other"}))
          .containsExactly(new Attribute("files-sent-total", 2L));
      assertThat(
              Arrays.stream(BEANS.getMBeanInfo(name).getAttributes())
                  .map(attribute -> attribute.getName()))
          .hasSize(FolderProgress.Measure.values().length);
      assertThatThrownBy(() -> BEANS.getAttribute(name, "other"))
          .isInstanceOf(AttributeNotFoundException.class);
    }
    assertThat(BEANS.isRegistered(name)).isFalse();
  }
}
