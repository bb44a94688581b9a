package dev.millrace.streams.internals;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.RecordCollector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskRevivalTest {

  private static final TaskId TASK = new TaskId(0, 1);

  private final RuntimeException reason = new IllegalStateException("away");
  private final Deque<RuntimeException> failures = new ArrayDeque<>();
  private int closed;
  private int flushed;

  @BeforeEach
  void guardTransactions() {
    TaskRevival.transactionsAreGuarded();
  }

  private StreamsException giveUp(String guarantee, boolean guarded) {
    return TaskRevival.giveUp(context(guarantee), reason, guarded);
  }

  private InternalProcessorContext<?, ?> context(String guarantee) {
    Object collector =
        proxy(
            (proxy, method, arguments) -> {
              if (method.getName().equals("closeDirty")) {
                closed++;
              } else {
                assertThat(method.getName()).isEqualTo("flush");
                flushed++;
              }
              if (!failures.isEmpty()) {
                throw failures.poll();
              }
              return null;
            },
            RecordCollector.class);
    return (InternalProcessorContext<?, ?>)
        proxy(
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "taskId" -> TASK;
                  case "appConfigs" -> Map.of(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
                  case "recordCollector" -> collector;
                  default -> throw new UnsupportedOperationException(method.getName());
                },
            InternalProcessorContext.class,
            RecordCollector.Supplier.class);
  }

  private static Object proxy(InvocationHandler handler, Class<?>... interfaces) {
    return Proxy.newProxyInstance(TaskRevivalTest.class.getClassLoader(), interfaces, handler);
  }

  @Test
  void guardedTask_isRevived() {
    StreamsException givenUp = giveUp(StreamsConfig.AT_LEAST_ONCE, true);

    assertThat(givenUp).isInstanceOf(TaskCorruptedException.class).hasCause(reason);
    assertThat(((TaskCorruptedException) givenUp).corruptedTasks()).isEqualTo(Set.of(TASK));
    assertThat(closed).isZero();
    assertThat(flushed).isEqualTo(1);
  }

  /** Kafka Streams would forget the failure, and commit the offset of the other task's record. */
  @Test
  void failedSendOfAnotherTask_letsTheThreadJoinAgain() {
    StreamsException sent = new StreamsException("too large");
    failures.add(sent);

    assertThat(giveUp(StreamsConfig.AT_LEAST_ONCE, true))
        .isInstanceOf(TaskMigratedException.class)
        .hasCause(reason);
    assertThat(reason).hasSuppressedException(sent);
  }

  @Test
  void guardedTask_underExactlyOnce_abortsTheTransaction() {
    assertThat(giveUp(StreamsConfig.EXACTLY_ONCE_V2, true))
        .isInstanceOf(TaskCorruptedException.class);
    assertThat(closed).isEqualTo(1);
  }

  /** A revived task could commit offsets of records that it has not processed. */
  @Test
  void otherTask_leavesTheThread() {
    assertThat(giveUp(StreamsConfig.AT_LEAST_ONCE, false))
        .isInstanceOf(TaskMigratedException.class)
        .hasCause(reason);
    assertThat(giveUp(StreamsConfig.EXACTLY_ONCE_V2, false))
        .isInstanceOf(TaskMigratedException.class);
  }

  /** An application may use the consumer of this plugin, and another producer. */
  @Test
  void taskOfAThreadWithAnotherProducer_leavesTheThread_underExactlyOnce() {
    assertThat(
            CompletableFuture.supplyAsync(() -> giveUp(StreamsConfig.EXACTLY_ONCE_V2, true)).join())
        .isInstanceOf(TaskMigratedException.class)
        .hasCause(reason);
    assertThat(
            CompletableFuture.supplyAsync(() -> giveUp(StreamsConfig.AT_LEAST_ONCE, true)).join())
        .isInstanceOf(TaskCorruptedException.class);
  }

  /** In version 3.9, a send that the abort has cancelled fails, too. */
  @Test
  void failureOfAnEarlierSend_changesNothing() {
    StreamsException sent = new StreamsException("the transaction was aborted");
    failures.add(sent);

    assertThat(giveUp(StreamsConfig.EXACTLY_ONCE_V2, true))
        .isInstanceOf(TaskCorruptedException.class)
        .hasCause(reason);
    assertThat(reason).hasSuppressedException(sent);
    assertThat(closed).isEqualTo(2);
  }

  @Test
  void transactionThatCannotBeAborted_isLeftBehindWithItsProducer() {
    failures.add(new StreamsException("no abort"));
    failures.add(new StreamsException("no abort"));

    assertThat(giveUp(StreamsConfig.EXACTLY_ONCE_V2, true))
        .isInstanceOf(TaskMigratedException.class)
        .hasCause(reason);
  }

  @Test
  void rebalanceAfterARevival_isNeedless_butNotOnceTheThreadJoinsAgain() {
    String corrupted = "Active tasks corrupted";
    giveUp(StreamsConfig.EXACTLY_ONCE_V2, true);
    assertThat(TaskRevival.isNeedless("another reason")).isFalse();
    assertThat(TaskRevival.isGivenUp()).isTrue();
    assertThat(TaskRevival.isNeedless(corrupted)).isTrue();
    assertThat(TaskRevival.isGivenUp()).isFalse();
    assertThat(TaskRevival.isNeedless(corrupted)).isFalse();

    StreamsException givenUp = giveUp(StreamsConfig.EXACTLY_ONCE_V2, true);
    assertThat(TaskRevival.joinAgain(givenUp)).hasCause(givenUp);
    assertThat(TaskRevival.isGivenUp()).isFalse();
    assertThat(TaskRevival.isNeedless(corrupted)).isFalse();
  }

  /** Kafka Streams ignores that a task gives up its work while it is closed. */
  @Test
  void nothingIsGivenUp_afterTheNextPoll() {
    giveUp(StreamsConfig.EXACTLY_ONCE_V2, true);

    TaskRevival.tasksAreClosed();

    assertThat(TaskRevival.isGivenUp()).isFalse();
  }
}
