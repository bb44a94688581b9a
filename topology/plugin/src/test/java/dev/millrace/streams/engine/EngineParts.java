package dev.millrace.streams.engine;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * The parts of an engine, without its threads. The test moves the clock. The engine has three
 * batches of up to two images. The linger is {@link #LINGER} nanoseconds.
 */
final class EngineParts {

  /** The linger, in ns. It is longer than any test, so only a signal can end a wait for a batch. */
  static final long LINGER = Duration.ofHours(1).toNanos();

  final AtomicLong clock = new AtomicLong();
  final FakeModel model = new FakeModel();
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final EngineConfig config =
      new EngineConfig(List.of(Device.CPU), 2, Duration.ZERO, 1, 1, ImageLimits.DEFAULT);
  final ModelLoader loader =
      new ModelLoader(model, config, new EngineMetrics(registry), clock::get);
  final EngineLock lock = new EngineLock();
  final BatchQueue batches = new BatchQueue(config.batches(), LINGER, bytes -> new Batch(2, bytes));
  final ServingVersion serving = new ServingVersion(lock, loader.load(FakeModel.version()));
  final Admission admission = new Admission(lock, batches, serving, clock::get);
  final RunQueue queue = new RunQueue(lock, batches, admission, clock::get);

  /** Takes a slot. Throws at once if none is free. */
  Batch.Slot claim() {
    return admission.claim(clock.get());
  }

  /** Takes a slot and reports its image as decoded. */
  Batch.Slot claimDecoded() {
    Batch.Slot slot = claim();
    queue.decoded(slot, null);
    return slot;
  }

  /** Takes every slot, and reports all images as decoded. */
  void fill() {
    for (int i = 0; i < 2 * config.batches(); i++) {
      claimDecoded();
    }
  }

  /** Returns the number of a version's images that were submitted and not yet answered. */
  double pending(String version) {
    return registry
        .get("millrace.inference.pending.request.count")
        .tag("version", version)
        .gauge()
        .value();
  }

  /** Makes a call on a new thread. Returns once the new thread waits, or the call has ended. */
  static <T> Future<T> waiting(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "waiting");
    thread.setDaemon(true);
    thread.start();
    Awaitility.await().until(() -> task.isDone() || isWaiting(thread));
    return task;
  }

  private static boolean isWaiting(Thread thread) {
    Thread.State state = thread.getState();
    return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
  }
}
