package dev.millrace.service.serve;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks, after the service has started, whether the service's group belongs to this service. The
 * check before the start cannot detect another service that starts at the same moment, because
 * neither service has partitions then.
 *
 * <p>Checks once a second, on a thread of its own, until the client runs in a stable group whose
 * members all read the service's topics. Checks again after each rebalance. Thread-safe.
 */
final class GroupWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GroupWatch.class);

  private static final int LOOK_MS = 1_000;

  private final BooleanSupplier running;
  private final BooleanSupplier check;
  private final Consumer<StartRefusedException> onRefusal;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "millrace-group");
            thread.setDaemon(true);
            return thread;
          });
  private boolean sound;

  /**
   * @param running returns whether the client runs and does not rebalance
   * @param check returns whether the group is stable; throws {@link StartRefusedException} if the
   *     group belongs to another service
   * @param onRefusal receives the exception that {@code check} throws
   */
  GroupWatch(
      BooleanSupplier running, BooleanSupplier check, Consumer<StartRefusedException> onRefusal) {
    this.running = running;
    this.check = check;
    this.onRefusal = onRefusal;
  }

  /** Starts to check once a second. */
  @SuppressWarnings("FutureReturnValueIgnored") // the task ends with the executor
  void start() {
    looking.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  /** Checks the group, unless a check has succeeded since the last rebalance. */
  synchronized void look() {
    boolean stable = running.getAsBoolean();
    if (stable && sound) {
      return;
    }
    try {
      sound = check.getAsBoolean() && stable;
    } catch (StartRefusedException e) {
      onRefusal.accept(e);
    } catch (AuthorizationException e) {
      sound = true; // the check before the start has already warned
    } catch (KafkaException e) {
      log.debug("the group cannot be described, and will be checked again", e);
    }
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }
}
