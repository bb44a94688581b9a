package dev.millrace.streams.engine;

/** Makes the threads of an engine. Tests make threads that do not start. */
@FunctionalInterface
interface EngineThreads {

  /** Daemon threads: an engine that nobody closes does not keep the process alive. */
  EngineThreads DAEMONS =
      (name, work) -> {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
      };

  /** A thread that was not started yet. */
  Thread make(String name, Runnable work);
}
