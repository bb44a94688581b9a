package dev.millrace.service.command.lifecycle;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns the end of the JVM (Ctrl-C, SIGTERM) into a request that a command sees, and holds the JVM
 * until the command has closed this, or the grace period is over. Thread-safe.
 *
 * <p>A command that computes in native code for long asks for the JVM to be held without a limit:
 * as the JVM ends, it destroys what native libraries hold, and a computation crashes.
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

  /** Where the JVM's shutdown hooks are kept. */
  interface Hooks {

    void add(Thread hook);

    /** Throws an {@link IllegalStateException} if the JVM is ending already. */
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
   * @param wake run on the signal's thread, to get the command out of a wait
   * @return the signal, which the command closes
   */
  public static StopSignal listen(Runnable wake) {
    return listen(wake, new RuntimeHooks(), GRACE);
  }

  /**
   * Listens for signals from now on, and holds the JVM until the command has closed this, however
   * long that takes.
   *
   * @param late run on the signal's thread, once, if that takes more than 30 s
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

  /** {@return whether a stop is asked for} */
  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /** Asks for the stop as a signal would. */
  public void request() {
    requested.countDown();
  }

  /**
   * Waits until a stop is asked for.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void await() throws InterruptedException {
    requested.await();
  }

  /**
   * Waits until a stop is asked for, or until the time is over.
   *
   * @param nanos longest time to wait, in ns
   * @return whether a stop is asked for
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

  /** The command is done: the JVM may end. */
  @Override
  public void close() {
    finished.countDown();
    try {
      hooks.remove(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending already, and its hooks run their course.
    }
  }

  /** Those of this JVM. */
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
