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
 * Looks whether the group that a service joined is its own. The check before the start cannot tell
 * two services apart that start at the same moment, since neither has partitions by then.
 *
 * <p>Looks once a second, on a thread of its own, until the client is running in a stable group
 * whose members all read the service's topics; and again while it rebalances. Thread-safe.
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
   * @param running whether the client is running, and not rebalancing
   * @param check returns whether the group is stable, or throws {@link StartRefusedException}
   * @param onRefusal takes that exception
   */
  GroupWatch(
      BooleanSupplier running, BooleanSupplier check, Consumer<StartRefusedException> onRefusal) {
    this.running = running;
    this.check = check;
    this.onRefusal = onRefusal;
  }

  /** Begins to look. */
  @SuppressWarnings("FutureReturnValueIgnored") // it ends with the executor
  void start() {
    looking.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  /** Looks, unless the group was found to be the service's own since the last rebalance. */
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
      sound = true; // the check before the start has warned
    } catch (KafkaException e) {
      log.debug("the group cannot be described, and is looked at again", e);
    }
  }

  @Override
  public void close() {
    looking.shutdownNow();
  }
}
