package dev.millrace.benchmarks.contender;

import dev.millrace.events.Prediction;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Flink in its MiniCluster: a Kafka source, asynchronous I/O to a batching executor, a Kafka sink,
 * and a checkpoint every second. The settings choose at-least-once or exactly-once processing.
 */
final class FlinkPeer {

  private static final Duration CHECKPOINTS = Duration.ofSeconds(1);
  private static final Duration TRANSACTIONS = Duration.ofMinutes(10);
  private static final long TIMEOUT_SECONDS = 60;
  private static final int BATCHES_IN_FLIGHT = 8;

  private static final TypeInformation<Tuple2<byte[], byte[]>> KEY_AND_VALUE =
      TypeInformation.of(new TypeHint<>() {});

  private FlinkPeer() {}

  static AutoCloseable start(Settings settings) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    StreamExecutionEnvironment flink =
        StreamExecutionEnvironment.createLocalEnvironment(settings.threads(), configuration);
    flink.enableCheckpointing(CHECKPOINTS.toMillis());
    DataStream<Tuple2<byte[], byte[]>> images =
        flink.fromSource(source(settings), WatermarkStrategy.noWatermarks(), "images");
    AsyncDataStream.unorderedWait(
            images,
            new Classify(settings.arguments()),
            TIMEOUT_SECONDS,
            TimeUnit.SECONDS,
            BATCHES_IN_FLIGHT * settings.maxBatchSize())
        .returns(KEY_AND_VALUE)
        .sinkTo(sink(settings));
    JobClient job = flink.executeAsync("classify");
    return () -> job.cancel().get();
  }

  private static KafkaSource<Tuple2<byte[], byte[]>> source(Settings settings) {
    Properties kafka = new Properties();
    kafka.putAll(settings.kafka());
    return KafkaSource.<Tuple2<byte[], byte[]>>builder()
        .setBootstrapServers(settings.bootstrapServers())
        .setTopics(settings.input())
        .setGroupId(settings.group())
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new KeyAndValue())
        .setProperties(kafka)
        .build();
  }

  private static KafkaSink<Tuple2<byte[], byte[]>> sink(Settings settings) {
    Properties kafka = new Properties();
    // Flink's default transaction timeout is one hour, but brokers allow less by default.
    kafka.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Long.toString(TRANSACTIONS.toMillis()));
    kafka.putAll(settings.kafka());
    return KafkaSink.<Tuple2<byte[], byte[]>>builder()
        .setBootstrapServers(settings.bootstrapServers())
        .setKafkaProducerConfig(kafka)
        .setRecordSerializer(new ToRecord(settings.output()))
        .setDeliveryGuarantee(
            settings.exactlyOnce()
                ? DeliveryGuarantee.EXACTLY_ONCE
                : DeliveryGuarantee.AT_LEAST_ONCE)
        .setTransactionalIdPrefix(settings.group())
        .build();
  }

  private static final class KeyAndValue
      implements KafkaRecordDeserializationSchema<Tuple2<byte[], byte[]>> {

    private static final long serialVersionUID = 1;

    @Override
    public void deserialize(
        ConsumerRecord<byte[], byte[]> record, Collector<Tuple2<byte[], byte[]>> out) {
      out.collect(Tuple2.of(record.key(), record.value()));
    }

    @Override
    public TypeInformation<Tuple2<byte[], byte[]>> getProducedType() {
      return KEY_AND_VALUE;
    }
  }

  private record ToRecord(String topic)
      implements KafkaRecordSerializationSchema<Tuple2<byte[], byte[]>>, Serializable {

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        Tuple2<byte[], byte[]> prediction, KafkaSinkContext context, Long timestamp) {
      return new ProducerRecord<>(topic, prediction.f0, prediction.f1);
    }
  }

  /** Passes each image to the executor that all subtasks of the process share. */
  private static final class Classify
      extends RichAsyncFunction<Tuple2<byte[], byte[]>, Tuple2<byte[], byte[]>> {

    private static final long serialVersionUID = 1;
    private static final Map<List<String>, BatchingExecutor> EXECUTORS = new ConcurrentHashMap<>();

    private final List<String> settings;
    private transient BatchingExecutor executor;
    private transient Prediction.Source source;

    Classify(List<String> settings) {
      this.settings = settings;
    }

    @Override
    public void open(OpenContext context) {
      Settings parsed = Settings.parse(settings);
      executor = EXECUTORS.computeIfAbsent(settings, key -> new BatchingExecutor(parsed));
      source = new Prediction.Source(parsed.input(), 0, 0);
    }

    @Override
    public void asyncInvoke(
        Tuple2<byte[], byte[]> image, ResultFuture<Tuple2<byte[], byte[]>> result) {
      executor.submit(
          new Classifier.Image(image.f0, image.f1, source),
          prediction -> result.complete(List.of(Tuple2.of(image.f0, prediction))));
    }
  }
}
