package dev.millrace.blobs;

import java.util.concurrent.ThreadFactory;

/** Creates threads that do not keep the JVM alive. */
final class DaemonThreads {

  private DaemonThreads() {}

  static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
