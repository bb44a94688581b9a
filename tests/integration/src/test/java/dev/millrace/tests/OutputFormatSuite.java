package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.resnet.ResNet;
import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.service.serve.OutputFormat;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import dev.millrace.testing.SchemaRegistryStub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Measures the cost of each format of predictions, in a service with a model that takes no time.
 * The measures are images per second, and processor time of the service's process per image. Each
 * run has its own JVM. In each round, every format runs once, and a row of the table shows the
 * medians of a format. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=speed -Dquick verify
 * </pre>
 *
 * <p>{@code -Dformats.rounds=N} sets another number of rounds.
 */
@Tag("nightly")
@Tag("speed")
@ExtendWith(SharedBroker.class)
class OutputFormatSuite {

  private static final int ROUNDS = Integer.getInteger("formats.rounds", 5);
  private static final int PARTITIONS = 4;
  private static final List<OutputFormat> FORMATS =
      List.of(OutputFormat.JSON, OutputFormat.AVRO, OutputFormat.PROTOBUF);

  @TempDir Path folder;

  private String bootstrapServers;
  private String input;
  private int images;
  private int runs;

  /**
   * The result of a run.
   *
   * @param perSecond images per second
   * @param micros processor time of the service's process per image, in µs
   */
  private record Cost(double perSecond, double micros) {}

  @ParameterizedTest
  @CsvSource({"resnet20, 60000", "resnet18, 30000"})
  void formats_areCompared(String network, int count, EmbeddedBroker broker) throws Exception {
    bootstrapServers = broker.bootstrapServers();
    images = count;
    input = "formats-" + network;
    ResNet resNet = ResNet.of(network);
    Models.publishRandom(folder.resolve("models"), network, resNet, 1);
    fill();
    Map<OutputFormat, List<Cost>> costs = new EnumMap<>(OutputFormat.class);
    FORMATS.forEach(format -> costs.put(format, new ArrayList<>()));
    try (SchemaRegistryStub registry = new SchemaRegistryStub()) {
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < FORMATS.size(); i++) {
          OutputFormat format = FORMATS.get((round + i) % FORMATS.size());
          costs.get(format).add(run(network, format, registry.url()));
        }
      }
    }
    System.out.println("| classes | format | images/s | processor time an image |");
    costs.forEach(
        (format, all) ->
            System.out.printf(
                "| %d | %s | %.0f | %.1f µs |%n",
                resNet.classes(),
                format,
                median(all.stream().mapToDouble(Cost::perSecond).toArray()),
                median(all.stream().mapToDouble(Cost::micros).toArray())));
  }

  private static double median(double[] values) {
    java.util.Arrays.sort(values);
    return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
  }

  private void create(String output) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      TopicCreation.create(
          admin,
          new Topics(input, output, output + "-dead"),
          PARTITIONS,
          ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
    }
  }

  private void fill() throws Exception {
    create(input + "-unused");
    byte[] image = Images.noise("png", 32, 32, 1);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < images; i++) {
        var unused = producer.send(new ProducerRecord<>(input, i % PARTITIONS, null, image));
      }
    }
  }

  /**
   * Runs the service once. The measurement begins after a third of the predictions, because a new
   * JVM is slow.
   */
  private Cost run(String model, OutputFormat format, String registry) throws Exception {
    String output = input + "-" + runs++;
    create(output);
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        MillraceProcess service =
            MillraceProcess.start(
                folder,
                NullModelService.class,
                bootstrapServers,
                folder.resolve("models"),
                model,
                input,
                output,
                format.name(),
                registry)) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(output, i)).toList();
      consumer.assign(partitions);
      long begin = await(consumer, partitions, service, images / 3);
      long beginCpu = cpuNanos(service);
      long start = System.nanoTime();
      long end = await(consumer, partitions, service, images);
      double seconds = (System.nanoTime() - start) / 1e9;
      double micros = (cpuNanos(service) - beginCpu) / 1e3 / (end - begin);
      return new Cost((end - begin) / seconds, micros);
    } finally {
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
        admin.deleteTopics(List.of(output)).all().get();
      }
    }
  }

  /**
   * Waits until the output topic has at least {@code count} predictions, and returns their number.
   * Reads only the end offsets and not the predictions.
   */
  private static long await(
      KafkaConsumer<byte[], byte[]> consumer,
      List<TopicPartition> partitions,
      MillraceProcess service,
      int count)
      throws Exception {
    long found = 0;
    while (found < count) {
      assertThat(service.isAlive()).as(service.errors()).isTrue();
      Thread.sleep(Duration.ofMillis(20).toMillis());
      found = consumer.endOffsets(partitions).values().stream().mapToLong(n -> n).sum();
    }
    return found;
  }

  private static long cpuNanos(MillraceProcess service) {
    return ProcessHandle.of(service.pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .orElseThrow()
        .toNanos();
  }
}
