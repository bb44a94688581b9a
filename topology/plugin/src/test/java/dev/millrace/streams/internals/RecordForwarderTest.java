package dev.millrace.streams.internals;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordForwarderTest {

  /** The events of the processors and of the exception handler, in order. */
  private final List<String> log = new ArrayList<>();

  private Late late;
  private TopologyTestDriver driver;
  private TestInputTopic<String, String> input;

  /**
   * Keeps its first record. The value of each later record says whether this processor forwards the
   * first record, lets it fail, or refuses it.
   */
  private final class Late implements FixedKeyProcessor<String, String, String> {
    private FixedKeyProcessorContext<String, String> context;
    private InternalProcessorContext<?, ?> internals;
    private RecordForwarder<String, String, String> forwarder;
    private FixedKeyRecord<String, String> first;
    private RecordMetadata origin;
    private RuntimeException failure;

    @Override
    public void init(FixedKeyProcessorContext<String, String> context) {
      this.context = context;
      internals = (InternalProcessorContext<?, ?>) context;
      forwarder = new RecordForwarder<>(context);
    }

    @Override
    public void process(FixedKeyRecord<String, String> record) {
      forwarder.throwIfRefusing();
      if (first == null) {
        first = record;
        origin = forwarder.recordContext();
        return;
      }
      try {
        switch (record.value()) {
          case "forward" -> forwarder.forward(first.withValue("late"), origin);
          case "fail" -> forwarder.forward(first.withValue("poison"), origin);
          case "refuse" ->
              forwarder.refuse(first, origin, new IllegalArgumentException("a bad record"));
          default -> context.forward(record);
        }
      } catch (RuntimeException e) {
        failure = e;
      }
      log.add("now at " + context.recordMetadata().orElseThrow().offset());
    }
  }

  private final class Child extends ContextualFixedKeyProcessor<String, String, String> {
    @Override
    public void process(FixedKeyRecord<String, String> record) {
      if (record.value().equals("poison")) {
        throw new IllegalStateException("the child fails");
      }
      log.add(record.value() + " of " + context().recordMetadata().orElseThrow().offset());
    }
  }

  /** Logs each failure that Kafka Streams passes to it. */
  public static final class Handler implements ProcessingExceptionHandler {
    private List<String> log;
    private boolean resumes;

    @Override
    @SuppressWarnings("unchecked")
    public void configure(Map<String, ?> configs) {
      log = (List<String>) configs.get("log");
      resumes = (boolean) configs.get("resumes");
    }

    @Override
    @SuppressWarnings("deprecation") // every version calls this method
    public ProcessingHandlerResponse handle(
        ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
      log.add(exception.getMessage() + " by " + record.value() + " of " + context.offset());
      return resumes ? ProcessingHandlerResponse.CONTINUE : ProcessingHandlerResponse.FAIL;
    }
  }

  @BeforeEach
  void start() {
    start(false);
  }

  private void start(boolean resumes) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream("input", Consumed.with(Serdes.String(), Serdes.String()))
        .processValues(() -> late = new Late())
        .processValues(Child::new);
    Properties config = new Properties();
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    config.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, Handler.class);
    config.put("log", log);
    config.put("resumes", resumes);
    driver = new TopologyTestDriver(builder.build(), config);
    input = driver.createInputTopic("input", new StringSerializer(), new StringSerializer());
  }

  @AfterEach
  void close() {
    driver.close();
  }

  @Test
  void forward_happensInTheRecordsOwnContext_whichIsRestoredAfterwards() {
    input.pipeInput("first");
    input.pipeInput("forward");
    input.pipeInput("another");

    assertThat(log).containsExactly("late of 0", "now at 1", "another of 2", "now at 2");
  }

  @Test
  void forward_restoresTheContext_ifAChildFails() {
    input.pipeInput("first");
    input.pipeInput("fail");

    assertThat(log).containsExactly("the child fails by poison of 0", "now at 1");
    assertThat(RecordForwarder.bypassesHandlers(late.failure)).isTrue();
  }

  @Test
  void forward_worksFromOutsideOfANode_andLeavesNoneBehind() {
    input.pipeInput("first");
    late.internals.setCurrentNode(null);

    late.forwarder.forward(late.first.withValue("late"), late.origin);

    assertThat(log).containsExactly("late of 0");
    assertThat(late.internals.currentNode()).isNull();
  }

  @Test
  void refuse_hasTheNodeThrowOverTheRecord_andNotOverTheNextOne() {
    driver.close();
    start(true);
    input.pipeInput("first");
    input.pipeInput("refuse");
    input.pipeInput("another");

    assertThat(late.failure).isNull();
    assertThat(log)
        .containsExactly("a bad record by first of 0", "now at 1", "another of 2", "now at 2");
  }

  @Test
  void refuse_restoresTheContext_ifTheHandlerFails() {
    input.pipeInput("first");
    input.pipeInput("refuse");
    input.pipeInput("another");

    assertThat(late.failure).hasRootCauseMessage("a bad record");
    assertThat(log)
        .containsExactly("a bad record by first of 0", "now at 1", "another of 2", "now at 2");
  }

  @Test
  void refuse_worksFromOutsideOfANode_andLeavesNoneBehind() {
    driver.close();
    start(true);
    input.pipeInput("first");
    late.internals.setCurrentNode(null);

    late.forwarder.refuse(late.first, late.origin, new IllegalArgumentException("a bad record"));

    assertThat(log).containsExactly("a bad record by first of 0");
    assertThat(late.internals.currentNode()).isNull();
  }

  @Test
  void failureOfAnotherTask_givesUpAllTasksOfTheThread() {
    input.pipeInput("first");
    RuntimeException other = new TaskCorruptedException(Set.of(new TaskId(7, 0)));
    assertThat(late.forwarder.failureOfThisTask(other))
        .isInstanceOf(TaskMigratedException.class)
        .hasCause(other);

    RuntimeException own =
        new TaskCorruptedException(Set.of(new TaskId(7, 0), late.internals.taskId()));
    assertThat(late.forwarder.failureOfThisTask(own)).isSameAs(own);
    RuntimeException migrated = new TaskMigratedException("moved");
    assertThat(late.forwarder.failureOfThisTask(migrated)).isSameAs(migrated);
  }

  @Test
  void failuresOfTheTask_bypassHandlers() {
    assertThat(RecordForwarder.bypassesHandlers(new TaskCorruptedException(Set.of()))).isTrue();
    assertThat(RecordForwarder.bypassesHandlers(new TaskMigratedException("moved"))).isTrue();
    assertThat(RecordForwarder.bypassesHandlers(new StreamsException("other"))).isFalse();
  }
}
