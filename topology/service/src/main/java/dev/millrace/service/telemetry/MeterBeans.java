package dev.millrace.service.telemetry;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.distribution.HistogramSupport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows Millrace's meters as MBeans. A meter {@code millrace.inference.count} with the tags {@code
 * model=a, version=1} has the name {@code dev.millrace:type=inference.count,model="a",version="1"}.
 * Its attributes are the statistics of the meter, for example {@code Count}. An MBean reads its
 * meter only when its attributes are read. The MBean is removed together with its meter.
 */
public final class MeterBeans {

  private static final Logger log = LoggerFactory.getLogger(MeterBeans.class);

  private static final String DOMAIN = "dev.millrace";
  private static final String PREFIX = "millrace.";

  private final MBeanServer server;

  private MeterBeans(MBeanServer server) {
    this.server = server;
  }

  /**
   * Shows all current and future meters of a registry.
   *
   * @param registry the registry, which outlives its MBeans
   * @param server receives the MBeans, for example the platform's
   */
  public static void bind(MeterRegistry registry, MBeanServer server) {
    MeterBeans beans = new MeterBeans(server);
    registry.config().onMeterAdded(beans::added).onMeterRemoved(beans::removed);
    registry.getMeters().forEach(beans::added);
  }

  private void added(Meter meter) {
    if (!meter.getId().getName().startsWith(PREFIX)) {
      return;
    }
    try {
      server.registerMBean(new Bean(meter), name(meter));
    } catch (InstanceAlreadyExistsException e) {
      log.debug("another service of this process shows {} already", meter.getId());
    } catch (JMException e) {
      log.warn("{} is not shown over JMX: {}", meter.getId(), e.toString());
    }
  }

  private void removed(Meter meter) {
    try {
      if (meter.getId().getName().startsWith(PREFIX)) {
        server.unregisterMBean(name(meter));
      }
    } catch (InstanceNotFoundException e) {
      log.debug("{} was not shown", meter.getId());
    } catch (JMException e) {
      log.warn("{} is still shown over JMX: {}", meter.getId(), e.toString());
    }
  }

  private static ObjectName name(Meter meter) throws JMException {
    StringBuilder name = new StringBuilder(DOMAIN).append(":type=");
    name.append(meter.getId().getName().substring(PREFIX.length()));
    for (Tag tag : meter.getId().getTags()) {
      name.append(',').append(tag.getKey()).append('=').append(ObjectName.quote(tag.getValue()));
    }
    return new ObjectName(name.toString());
  }

  /** An MBean that shows one meter. All attributes are numbers, and none can be set. */
  private static final class Bean implements DynamicMBean {
    private final Map<String, DoubleSupplier> values = new LinkedHashMap<>();
    private final String description;

    private Bean(Meter meter) {
      description = String.valueOf(meter.getId().getDescription());
      for (Measurement measurement : meter.measure()) {
        values.put(attribute(measurement.getStatistic().name()), measurement::getValue);
      }
      if (meter instanceof HistogramSupport histogram) {
        values.put("Mean", () -> histogram.takeSnapshot().mean());
        values.put("Max", () -> histogram.takeSnapshot().max());
      }
    }

    /** Returns the attribute of a statistic, for example {@code Count} for {@code COUNT}. */
    private static String attribute(String statistic) {
      return statistic.charAt(0) + statistic.substring(1).toLowerCase(Locale.ROOT);
    }

    @Override
    public Object getAttribute(String attribute) throws AttributeNotFoundException {
      DoubleSupplier value = values.get(attribute);
      if (value == null) {
        throw new AttributeNotFoundException(attribute);
      }
      return value.getAsDouble();
    }

    @Override
    public AttributeList getAttributes(String[] attributes) {
      AttributeList all = new AttributeList();
      for (String attribute : attributes) {
        if (values.containsKey(attribute)) {
          all.add(new Attribute(attribute, values.get(attribute).getAsDouble()));
        }
      }
      return all;
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

    @Override
    public MBeanInfo getMBeanInfo() {
      List<MBeanAttributeInfo> attributes = new ArrayList<>();
      values
          .keySet()
          .forEach(
              name ->
                  attributes.add(
                      new MBeanAttributeInfo(name, "double", description, true, false, false)));
      return new MBeanInfo(
          Bean.class.getName(),
          description,
          attributes.toArray(MBeanAttributeInfo[]::new),
          null,
          null,
          null);
    }
  }
}
