package dev.millrace.connect;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.ObjectName;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceTaskContext;

/**
 * Publishes a task's progress. From Kafka Connect 4.1 on, plugins can add metrics to the worker
 * (KIP-877), so the progress appears there. On older workers, it appears as an MBean.
 */
final class ProgressMetrics implements AutoCloseable {

  private final ObjectName bean;

  private ProgressMetrics(ObjectName bean) {
    this.bean = bean;
  }

  /**
   * Publishes the progress until {@link #close()}.
   *
   * @param tags the tags of the MBean: the connector's name and the task's number
   */
  static ProgressMetrics publish(
      FolderProgress progress, SourceTaskContext context, Map<String, String> tags) {
    try {
      register(progress, context.pluginMetrics());
      return new ProgressMetrics(null);
    } catch (NoSuchMethodError | NoClassDefFoundError olderWorker) {
      return register(progress, tags);
    }
  }

  /** Registers the worker's metrics. The worker removes them when it closes the task. */
  private static void register(FolderProgress progress, PluginMetrics metrics) {
    for (FolderProgress.Measure number : FolderProgress.Measure.values()) {
      metrics.addMetric(
          metrics.metricName(number.key(), number.description(), new LinkedHashMap<>()),
          (Gauge<Long>) (config, now) -> progress.get(number));
    }
  }

  private static ProgressMetrics register(FolderProgress progress, Map<String, String> tags) {
    StringBuilder name = new StringBuilder("dev.millrace.connect:type=image-folder-source");
    tags.forEach(
        (key, value) -> name.append(',').append(key).append('=').append(ObjectName.quote(value)));
    try {
      ObjectName bean = new ObjectName(name.toString());
      ManagementFactory.getPlatformMBeanServer().registerMBean(new Bean(progress), bean);
      return new ProgressMetrics(bean);
    } catch (JMException e) {
      throw new ConnectException("the metrics " + name + " cannot be registered: " + e, e);
    }
  }

  @Override
  public void close() {
    if (bean != null) {
      try {
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(bean);
      } catch (JMException e) {
        throw new ConnectException("the metrics " + bean + " cannot be removed: " + e, e);
      }
    }
  }

  /** An MBean with an attribute for each number. */
  private record Bean(FolderProgress progress) implements DynamicMBean {

    @Override
    public Object getAttribute(String name) throws AttributeNotFoundException {
      return Arrays.stream(FolderProgress.Measure.values())
          .filter(number -> number.key().equals(name))
          .map(progress::get)
          .findFirst()
          .orElseThrow(() -> new AttributeNotFoundException(name));
    }

    @Override
    public AttributeList getAttributes(String[] names) {
      AttributeList list = new AttributeList();
      for (FolderProgress.Measure number : FolderProgress.Measure.values()) {
        if (Arrays.asList(names).contains(number.key())) {
          list.add(new Attribute(number.key(), progress.get(number)));
        }
      }
      return list;
    }

    @Override
    public MBeanInfo getMBeanInfo() {
      MBeanAttributeInfo[] attributes =
          Arrays.stream(FolderProgress.Measure.values())
              .map(
                  number ->
                      new MBeanAttributeInfo(
                          number.key(), "long", number.description(), true, false, false))
              .toArray(MBeanAttributeInfo[]::new);
      return new MBeanInfo(
          Bean.class.getName(), "Progress of a task", attributes, null, null, null);
    }

    @Override
    public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
      throw new AttributeNotFoundException(attribute.getName() + " cannot be set");
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
      return new AttributeList();
    }

    @Override
    public Object invoke(String action, Object[] parameters, String[] signature) {
      throw new UnsupportedOperationException(action);
    }
  }
}
