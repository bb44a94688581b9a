package dev.millrace.service.demo;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Prediction;
import dev.millrace.service.broker.BrokerConfig;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.http.HttpEndpoint;
import dev.millrace.service.page.LivePage;
import dev.millrace.service.page.PageConfig;
import dev.millrace.service.promotion.KafkaConfigs;
import dev.millrace.service.serve.InferenceService;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import dev.millrace.streams.InferenceConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * An embedded broker, a service, and a stream of images that the service classifies. Used by one
 * thread.
 */
public final class Demo implements AutoCloseable {

  private static final Topics TOPICS = Topics.of(Topics.DEFAULT_INPUT, Topics.DEFAULT_OUTPUT);
  private static final int PARTITIONS = 4;

  private final EmbeddedBroker broker;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private ServiceConfig config;
  private InferenceService service;
  private LivePage page;
  private HttpEndpoint endpoint;

  private Demo(EmbeddedBroker broker) {
    this.broker = broker;
  }

  /**
   * Starts the broker on a free port, and creates the topics.
   *
   * @param folder folder of the broker's data
   * @return the demo; {@link #serve} starts its service
   * @throws InterruptedException if the thread is interrupted
   */
  public static Demo start(Path folder) throws InterruptedException {
    InferenceService.loadLibraries();
    EmbeddedBroker broker =
        EmbeddedBroker.start(new BrokerConfig(folder, BrokerConfig.DEFAULT_HOST, 0, Map.of()));
    try {
      Properties kafka = new Properties();
      kafka.put("bootstrap.servers", broker.bootstrapServers());
      try (Admin admin = Admin.create(kafka)) {
        TopicCreation.create(admin, TOPICS, PARTITIONS, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
      }
      return new Demo(broker);
    } catch (RuntimeException | Error | InterruptedException e) {
      broker.close();
      throw e;
    }
  }

  /**
   * Starts the service. Must be called only once.
   *
   * @param model the version to serve until another version is promoted
   * @throws InterruptedException if the thread is interrupted
   */
  public void serve(ModelVersion model) throws InterruptedException {
    Properties kafka = new Properties();
    kafka.put("bootstrap.servers", broker.bootstrapServers());
    InferenceConfig inference =
        InferenceConfig.builder(model.folder().getParent().getParent(), model.name())
            .version(model.version())
            .build();
    config = ServiceConfig.of(inference, TOPICS, kafka);
    service = InferenceService.start(config, registry);
  }

  /**
   * Serves the live page on the loopback address. Must be called only once, after {@link #serve}.
   *
   * @param port the port; 0 picks a free port
   * @param shown the page's settings
   * @param trial runs a version on sample images before a promotion
   * @return the page's address
   * @throws IOException if the port is in use
   */
  public URI show(int port, PageConfig shown, Consumer<ModelVersion> trial) throws IOException {
    endpoint =
        HttpEndpoint.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), service, registry);
    page =
        LivePage.open(
            service, config, registry, KafkaConfigs.of(broker.bootstrapServers()), shown, trial);
    endpoint.serve(LivePage.PATH, page.handler());
    return URI.create("http://localhost:" + endpoint.address().getPort() + LivePage.PATH + "/");
  }

  /** {@return the addresses at which other commands reach the broker} */
  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /**
   * Sends images, and passes their predictions to {@code show}, until {@code goOn} returns false.
   *
   * @param images the images, which are sent again and again
   * @param rate images per second
   * @param goOn returns whether to continue; called between polls and before each prediction
   * @param show receives each prediction
   */
  public void run(
      List<DemoImage> images,
      double rate,
      BooleanSupplier goOn,
      Consumer<ConsumerRecord<String, Prediction>> show) {
    Map<String, Object> config = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (ImageStream stream =
            new ImageStream(broker.bootstrapServers(), TOPICS.input(), images, rate);
        KafkaConsumer<String, Prediction> consumer =
            new KafkaConsumer<>(
                config, new StringDeserializer(), Prediction.serde().deserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS)
              .mapToObj(i -> new TopicPartition(TOPICS.output(), i))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (goOn.getAsBoolean()) {
        for (ConsumerRecord<String, Prediction> record : consumer.poll(Duration.ofMillis(100))) {
          if (goOn.getAsBoolean()) {
            show.accept(record);
          }
        }
      }
    }
  }

  @Override
  public void close() {
    if (page != null) {
      page.close();
    }
    if (endpoint != null) {
      endpoint.close();
    }
    if (service != null) {
      service.close();
    }
    broker.close();
  }
}
