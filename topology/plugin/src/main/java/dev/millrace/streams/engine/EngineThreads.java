package dev.millrace.streams.engine;

/** Creates the threads of an engine. A test can supply threads that do not start. */
@FunctionalInterface
interface EngineThreads {

  /**
   * Creates daemon threads, so that an engine that was not closed does not keep the process alive.
   */
  EngineThreads DAEMONS =
      (name, work) -> {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
      };

  /** Creates a thread without starting it. */
  Thread make(String name, Runnable work);
}
