package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import dev.millrace.streams.clients.OwedAnswers;
import dev.millrace.streams.engine.EngineConfig;
import dev.millrace.streams.engine.EngineMetrics;
import dev.millrace.streams.engine.FakeDecoder;
import dev.millrace.streams.engine.FakeModel;
import dev.millrace.streams.engine.InferenceEngine;
import dev.millrace.streams.internals.CommitBarrier;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.state.StoreBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests the processor in one task. For each input record, an upstream processor forwards several
 * images to the tested processor, without a commit in between. The clock of the bursts stands
 * still, so answers wait for the commit.
 */
@Timeout(60)
class InferenceProcessorTest {

  private static final EngineConfig ENGINE =
      new EngineConfig(List.of(Device.CPU), 4, Duration.ZERO, 2, 1, ImageLimits.DEFAULT);

  private final FakeModel model = new FakeModel();
  private final List<InferenceEngine> engines = new ArrayList<>();
  private final Queue<Runnable> afterIdleTime = new ArrayDeque<>();
  private final SharedEngine shared = new SharedEngine(this::start, afterIdleTime::add);
  private final OwedAnswers owed = new OwedAnswers(() -> 7);

  /** Labels of the forwarded predictions. */
  private final List<String> left = new ArrayList<>();

  /**
   * For each image, the number of earlier images without a forwarded prediction when the image
   * arrived.
   */
  private final List<Integer> kept = new ArrayList<>();

  private boolean nextNodeFails;

  /** How far the processor's clock is ahead of the engine's, in ns. */
  private long ahead;

  /** The scheduled punctuators: at most one. */
  private final List<Punctuator> ticks = new ArrayList<>();

  private FixedKeyProcessorContext<String, Prediction> context;
  private ProcessorNode<?, ?, ?, ?> node;
  private InferenceProcessor<String, ImageEvent, Prediction> processor;
  private TopologyTestDriver driver;
  private TestInputTopic<String, byte[]> input;

  private InferenceEngine start(Optional<ModelVersion> version) {
    InferenceEngine engine =
        InferenceEngine.start(
            ENGINE,
            model,
            version.orElse(FakeModel.version()),
            () -> new FakeDecoder(new CountDownLatch(0)),
            new EngineMetrics(new SimpleMeterRegistry()),
            System::nanoTime);
    engines.add(engine);
    return engine;
  }

  /** Supplies the tested processor, and keeps a reference to it. */
  private final class Supplier
      implements FixedKeyProcessorSupplier<String, ImageEvent, Prediction> {
    private final int maxInFlight;

    private Supplier(int maxInFlight) {
      this.maxInFlight = maxInFlight;
    }

    @Override
    public FixedKeyProcessor<String, ImageEvent, Prediction> get() {
      processor =
          new InferenceProcessor<>(
              shared,
              ValueMapping.ofEvents(),
              null,
              new PredictionFormat(1, false),
              new InferenceMetrics(new SimpleMeterRegistry(), Tags.empty(), System::nanoTime),
              Tracing.OFF,
              maxInFlight,
              "barrier",
              () -> owed,
              () -> System.nanoTime() + ahead);
      return new Observed(processor);
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
      return Set.of(CommitBarrier.builder("barrier"));
    }
  }

  /** Wraps the tested processor, so that the test can call the processor's punctuator. */
  private final class Observed implements FixedKeyProcessor<String, ImageEvent, Prediction> {
    private final FixedKeyProcessor<String, ImageEvent, Prediction> delegate;

    private Observed(FixedKeyProcessor<String, ImageEvent, Prediction> delegate) {
      this.delegate = delegate;
    }

    @Override
    @SuppressWarnings("unchecked") // the proxy has the same types
    public void init(FixedKeyProcessorContext<String, Prediction> kafkas) {
      context =
          (FixedKeyProcessorContext<String, Prediction>)
              Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {InternalProcessorContext.class, FixedKeyProcessorContext.class},
                  (proxy, method, arguments) -> {
                    if (method.getName().equals("schedule")) {
                      ticks.add((Punctuator) arguments[2]);
                      return (Cancellable) ticks::clear;
                    }
                    try {
                      return method.invoke(kafkas, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  });
      node = ((InternalProcessorContext<?, ?>) context).currentNode();
      delegate.init(context);
    }

    @Override
    public void process(FixedKeyRecord<String, ImageEvent> record) {
      delegate.process(record);
    }

    @Override
    public void close() {
      delegate.close();
    }
  }

  /** Starts a task that gets {@code count} images for each of its input records. */
  private void drive(int maxInFlight, int count, IntFunction<ImageEvent> image, Map<?, ?> more) {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<String, Prediction> predictions =
        builder.stream("images", Consumed.with(Serdes.String(), Serdes.ByteArray()))
            .flatMapValues(
                value ->
                    () ->
                        IntStream.range(0, count)
                            .peek(sent -> kept.add(sent - left.size()))
                            .mapToObj(image)
                            .iterator())
            .processValues(new Supplier(maxInFlight));
    if (nextNodeFails) {
      predictions = predictions.peek(InferenceProcessorTest::fail);
    }
    predictions.to(
        (key, prediction, context) -> {
          if (key.equals("no topic")) {
            throw new IllegalStateException("there is no topic for it");
          }
          if (key.equals("other task")) {
            throw new TaskCorruptedException(Set.of(new TaskId(7, 0)));
          }
          left.add(prediction.label());
          return "predictions";
        },
        Produced.with(Serdes.String(), Prediction.serde()));
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    config.putAll(more);
    driver = new TopologyTestDriver(builder.build(), config);
    input = driver.createInputTopic("images", new StringSerializer(), new ByteArraySerializer());
    owed.pace().polled(1, 0);
  }

  private void drive(int maxInFlight, int count) {
    drive(maxInFlight, count, InferenceProcessorTest::image, Map.of());
  }

  private static ImageEvent image(int pixel) {
    return new ImageEvent.Encoded(new byte[] {(byte) (pixel % 10)});
  }

  private static void fail(String key, Prediction prediction) {
    if (prediction.label().equals("class-0")) {
      throw new IllegalStateException("the next node fails");
    }
  }

  private static List<String> labels(int count) {
    return IntStream.range(0, count).mapToObj(i -> "class-" + i % 10).toList();
  }

  @AfterEach
  void close() {
    closeDriver();
    shared.close();
  }

  private void closeDriver() {
    if (driver != null) {
      driver.close();
      driver = null;
    }
  }

  @Test
  void answers_waitForTheCommit_andLeaveInOrder() {
    drive(8, 5);
    input.pipeInput("a", new byte[0]);

    assertThat(left).isEqualTo(labels(5));
    assertThat(kept).containsExactly(0, 1, 2, 3, 4);
    assertThat(processor.size()).isZero();
    assertThat(processor.next()).isNull();
  }

  @Test
  void answers_leaveAtOnce_ifNoMoreRecordsCome() {
    drive(1, 3);
    owed.pace().polled(0, 0);
    input.pipeInput("a", new byte[0]);

    assertThat(left).isEqualTo(labels(3));
    assertThat(kept).hasSize(3).allMatch(records -> records <= 1);
  }

  @Test
  void answers_leaveWithTheTick_whichStopsOnceNothingIsInFlight() {
    drive(
        8,
        3,
        sent -> {
          if (sent > 0) {
            assertThat(ticks).hasSize(1);
            await().until(() -> processor.next().isDone());
            owed.pace().nextBurst();
            ticks.get(0).punctuate(0);
            assertThat(left).hasSize(sent);
            assertThat(ticks).isEmpty();
          }
          return image(sent);
        },
        Map.of());
    input.pipeInput("a", new byte[0]);

    assertThat(left).isEqualTo(labels(3));
    assertThat(ticks).isEmpty();
  }

  @Test
  void tick_goesOnWhileRecordsAreInFlight_andEndsWithTheTask() {
    shared.acquire(); // loads the model without a task's time limit
    drive(8, 2, InferenceProcessorTest::image, Map.of("max.poll.interval.ms", 200));
    model.runs.drainPermits();
    assertThatThrownBy(() -> input.pipeInput("a", new byte[0]))
        .hasStackTraceContaining("the device gave no answer within 100 ms");
    assertThat(ticks).hasSize(1);

    closeDriver();

    assertThat(ticks).isEmpty();
    model.runs.release(1_000);
  }

  @Test
  void answersForLargeImages_doNotWaitForTheirBurst() {
    byte[] large = new byte[1 << 20];
    drive(1, 9, sent -> new ImageEvent.Encoded(large), Map.of());
    input.pipeInput("a", new byte[0]);

    assertThat(left).hasSize(9);
    assertThat(kept).hasSize(9).allMatch(images -> images <= 4);
  }

  @Test
  void answersOfAFastModel_doNotWaitForTheirBurst_onceThereAreMany() {
    drive(1, 300);
    input.pipeInput("a", new byte[0]);

    assertThat(left).isEqualTo(labels(300));
    assertThat(kept).startsWith(0, 1).contains(255).doesNotContain(256);
  }

  @Test
  void recordsInFlight_areNoMoreThanAllowed() {
    drive(1, 3);
    model.batches.clear();
    input.pipeInput("a", new byte[0]);

    assertThat(model.batches).containsExactly(1, 1, 1);
  }

  /**
   * While a record waits for the records in flight, and for a second after this wait, the engine
   * accepts no images that do not come from the stream.
   */
  @Test
  void recordThatWaitsForTheRecordsInFlight_isABacklog() {
    drive(2, 1);
    input.pipeInput("a", new byte[0]);
    assertThat(engines.get(0).hasSpareSlot()).isTrue();
    driver.close();

    drive(2, 2);
    input.pipeInput("b", new byte[0]);
    assertThat(engines.get(0).hasSpareSlot()).isFalse();
  }

  @Test
  void drain_afterAFailure_failsAgainAndForwardsNothing() {
    nextNodeFails = true;
    drive(8, 2);
    assertThatThrownBy(() -> input.pipeInput("a", new byte[0]))
        .hasStackTraceContaining("the next node fails");
    assertThat(processor.size()).isEqualTo(1);

    assertThatThrownBy(processor::drain)
        .isInstanceOf(StreamsException.class)
        .hasMessage("inference has failed before")
        .hasStackTraceContaining("the next node fails");
    assertThat(left).isEmpty();
  }

  /**
   * If an answer cannot be forwarded, the answer usually belongs to an earlier record. So no
   * exception handler may drop the current record.
   */
  @Test
  void failureToForward_isNoException_thatAHandlerIsAskedAbout() {
    drive(
        1,
        1,
        InferenceProcessorTest::image,
        Map.of(
            StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
            LogAndContinueProcessingExceptionHandler.class));
    owed.pace().polled(0, 0);

    assertThatThrownBy(() -> input.pipeInput("no topic", new byte[0]))
        .hasStackTraceContaining("InferenceStalledError: forwarding an answer failed: ")
        .hasStackTraceContaining("there is no topic for it");
    assertThatThrownBy(processor::drain).hasMessage("inference has failed before");
  }

  /** Kafka Streams would commit this task, although its answer was not forwarded. */
  @Test
  void failureOfAnotherTask_whileAnAnswerIsForwarded_letsTheThreadJoinAgain() {
    drive(8, 1);

    assertThatThrownBy(() -> input.pipeInput("other task", new byte[0]))
        .isInstanceOf(TaskMigratedException.class)
        .hasCauseInstanceOf(TaskCorruptedException.class);
  }

  /** Kafka Streams 3.9 accepts it, as another name of {@code exactly_once_v2}. */
  @Test
  void deprecatedGuarantee_isRefused() {
    assertThatThrownBy(
            () ->
                drive(
                    8,
                    1,
                    InferenceProcessorTest::image,
                    Map.of(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, "exactly_once_beta")))
        .hasStackTraceContaining("exactly_once_v2");
  }

  @Test
  void brokenDevice_failsTheTask() {
    drive(8, 1);
    model.broken = true;

    assertThatThrownBy(() -> input.pipeInput("a", new byte[0]))
        .isInstanceOf(StreamsException.class)
        .hasMessageContaining("the fake device is broken");
    assertThatThrownBy(processor::drain).hasMessage("inference has failed before");
  }

  @Test
  void hungDevice_costsItsEngine() {
    shared.acquire(); // loads the model without a task's time limit
    drive(1, 1, InferenceProcessorTest::image, Map.of("max.poll.interval.ms", 200));
    model.runs.drainPermits();

    assertThatThrownBy(() -> input.pipeInput("a", new byte[0]))
        .isInstanceOf(InferenceStalledError.class)
        .hasMessageContaining("the device gave no answer within 100 ms");

    assertThat(engines.get(0).hasStopped()).isTrue();
    model.runs.release(1_000);
  }

  @Test
  void engineThatHasStopped_failsTheTask_andNotTheRecord() {
    drive(
        8,
        1,
        InferenceProcessorTest::image,
        Map.of(
            StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
            LogAndContinueProcessingExceptionHandler.class));
    engines.get(0).stop(new IllegalStateException("the device hangs"));

    assertThatThrownBy(() -> input.pipeInput("a", new byte[0]))
        .isInstanceOf(InferenceStalledError.class)
        .hasMessage("the inference engine has stopped: the device hangs");
    assertThatThrownBy(processor::drain).hasMessage("inference has failed before");
  }

  @Test
  void barrierThatIsNeverFlushed_failsTheTask() {
    drive(
        8,
        2,
        sent -> {
          ahead = Duration.ofMinutes(11L * sent).toNanos();
          return image(sent);
        },
        Map.of());

    assertThatThrownBy(() -> input.pipeInput("a", new byte[0]))
        .isInstanceOf(IncompatibleClassChangeError.class)
        .hasMessageContaining("has not flushed the commit barrier for PT10M");
  }

  @Test
  void interruptedTask_failsAndStaysInterrupted() {
    drive(1, 1);
    model.runs.drainPermits();
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> input.pipeInput("a", new byte[0]))
          .isInstanceOf(InferenceStalledError.class)
          .hasMessage("interrupted while waiting for an answer");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
      model.runs.release(1_000);
    }
  }

  @Test
  void revivedTask_beginsAnew_withTheSameEngine() {
    nextNodeFails = true;
    drive(8, 2);
    assertThatThrownBy(() -> input.pipeInput("a", new byte[0]))
        .hasStackTraceContaining("the next node fails");

    ((InternalProcessorContext<?, ?>) context).setCurrentNode(node);
    processor.init(context);

    assertThat(processor.size()).isZero();
    processor.drain();
    assertThat(engines).hasSize(1);
    closeDriver();
    assertThat(afterIdleTime).hasSize(1);
  }

  @Test
  void close_releasesTheEngine_andOwesNothing() {
    drive(8, 1);
    input.pipeInput("a", new byte[0]);
    assertThat(afterIdleTime).isEmpty();

    closeDriver();

    assertThat(afterIdleTime).hasSize(1);
    afterIdleTime.remove().run();
    assertThat(model.closed).isTrue();
  }

  @Test
  void close_forgetsRecordsInFlight() {
    shared.acquire(); // loads the model without a task's time limit
    drive(8, 2, InferenceProcessorTest::image, Map.of("max.poll.interval.ms", 200));
    model.runs.drainPermits();
    assertThatThrownBy(() -> input.pipeInput("a", new byte[0]))
        .hasStackTraceContaining("the device gave no answer within 100 ms");
    assertThat(processor.size()).isEqualTo(2);
    assertThat(owed.any()).isTrue();

    closeDriver();

    assertThat(processor.size()).isZero();
    assertThat(owed.any()).isFalse();
    model.runs.release(1_000);
  }
}
