package dev.millrace.service.command.lifecycle;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns a signal that ends the JVM (Ctrl-C, SIGTERM) into a stop request for the command. Delays
 * the end of the JVM until the command has closed this object, or until a grace period of 30 s is
 * over. Thread-safe.
 *
 * <p>A command with long computations in native code uses {@link #listenUntilClosed}, which delays
 * the end of the JVM without a limit. Without this delay, the end of the JVM would destroy the data
 * of native libraries, and a running computation would crash.
 */
public final class StopSignal implements AutoCloseable {

  private static final Duration GRACE = Duration.ofSeconds(30);
  private static final Duration UNLIMITED = Duration.ofDays(36_500);

  private final CountDownLatch requested = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);
  private final Hooks hooks;
  private final Duration grace;
  private final Optional<Runnable> late;
  private final Thread hook;

  /** The JVM's list of shutdown hooks. */
  interface Hooks {

    void add(Thread hook);

    /**
     * Removes a hook. Throws an {@link IllegalStateException} if the JVM has already begun to end.
     */
    void remove(Thread hook);
  }

  private StopSignal(Runnable wake, Hooks hooks, Duration grace, Optional<Runnable> late) {
    this.hooks = hooks;
    this.grace = grace;
    this.late = late;
    this.hook =
        new Thread(
            () -> {
              requested.countDown();
              wake.run();
              hold();
            },
            "stop-signal");
  }

  /**
   * Listens for signals from now on.
   *
   * @return the signal, which the command closes
   */
  public static StopSignal listen() {
    return listen(() -> {});
  }

  /**
   * Listens for signals from now on.
   *
   * @param wake interrupts the command if it is waiting; runs on the thread of the shutdown hook
   * @return the signal, which the command closes
   */
  public static StopSignal listen(Runnable wake) {
    return listen(wake, new RuntimeHooks(), GRACE);
  }

  /**
   * Listens for signals from now on. After a signal, delays the end of the JVM without a limit,
   * until the command has closed the returned object.
   *
   * @param late runs once, on the thread of the shutdown hook, if the command needs more than 30 s
   *     to stop
   * @return the signal, which the command closes
   */
  public static StopSignal listenUntilClosed(Runnable late) {
    return listenUntilClosed(late, new RuntimeHooks(), GRACE);
  }

  static StopSignal listen(Runnable wake, Hooks hooks, Duration grace) {
    return added(new StopSignal(wake, hooks, grace, Optional.empty()));
  }

  static StopSignal listenUntilClosed(Runnable late, Hooks hooks, Duration grace) {
    return added(new StopSignal(() -> {}, hooks, grace, Optional.of(late)));
  }

  private static StopSignal added(StopSignal signal) {
    signal.hooks.add(signal.hook);
    return signal;
  }

  /** {@return whether a signal or {@link #request} has requested a stop} */
  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /** Requests a stop, like a signal. */
  public void request() {
    requested.countDown();
  }

  /**
   * Waits until a stop is requested.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void await() throws InterruptedException {
    requested.await();
  }

  /**
   * Waits until a stop is requested, or until the time is over.
   *
   * @param nanos longest time to wait, in ns
   * @return whether a stop is requested
   * @throws InterruptedException if the thread is interrupted
   */
  public boolean await(long nanos) throws InterruptedException {
    return requested.await(nanos, TimeUnit.NANOSECONDS);
  }

  private void hold() {
    try {
      if (!isFinishedWithin(grace) && late.isPresent()) {
        late.get().run();
        boolean unused = isFinishedWithin(UNLIMITED);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isFinishedWithin(Duration limit) throws InterruptedException {
    return finished.await(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Lets the JVM end, because the command has finished its work. */
  @Override
  public void close() {
    finished.countDown();
    try {
      hooks.remove(hook);
    } catch (IllegalStateException e) {
      // The JVM has already begun to end, so its hooks cannot be removed.
    }
  }

  /** The shutdown hooks of this JVM. */
  private static final class RuntimeHooks implements Hooks {

    @Override
    public void add(Thread hook) {
      Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void remove(Thread hook) {
      var unused = Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
