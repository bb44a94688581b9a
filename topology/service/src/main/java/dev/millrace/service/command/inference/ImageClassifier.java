package dev.millrace.service.command.inference;

import dev.millrace.core.threads.Workers;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Classifies image files on one thread per processor. A session on the CPU runs on its calling
 * thread, and gains nothing from larger batches. Used by one caller at a time.
 */
public final class ImageClassifier implements AutoCloseable {

  /** Images in flight per thread; more than one, so that no thread waits for a slow image. */
  private static final int IN_FLIGHT = 4;

  private final int threads = Runtime.getRuntime().availableProcessors();
  private final BlockingQueue<ClassifierThread> idle = new ArrayBlockingQueue<>(threads);
  private final ExecutorService pool =
      Executors.newFixedThreadPool(
          threads,
          task -> {
            Thread thread = new Thread(task, "classifier");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Creates a classifier.
   *
   * @param model the model; the caller closes it after this classifier
   */
  public ImageClassifier(CpuModel model) {
    for (int i = 0; i < threads; i++) {
      idle.add(new ClassifierThread(model));
    }
  }

  /**
   * Classifies files.
   *
   * @param files the files
   * @param answers receives one answer for each file, in the files' order, on the calling thread
   * @throws dev.millrace.core.runtime.InferenceException if the model fails
   * @throws IllegalStateException if the calling thread is interrupted
   */
  public void classify(List<Path> files, Consumer<Answer> answers) {
    Queue<Future<Answer>> inFlight = new ArrayDeque<>();
    for (Path file : files) {
      if (inFlight.size() == threads * IN_FLIGHT) {
        answers.accept(Workers.result(inFlight.remove()));
      }
      inFlight.add(pool.submit(() -> classify(file)));
    }
    while (!inFlight.isEmpty()) {
      answers.accept(Workers.result(inFlight.remove()));
    }
  }

  private Answer classify(Path file) throws InterruptedException {
    ClassifierThread thread = idle.take();
    try {
      return thread.classify(file);
    } finally {
      idle.add(thread);
    }
  }

  /** Waits for the images in flight, and frees the decoders. */
  @Override
  public void close() {
    pool.shutdownNow();
    for (int i = 0; i < threads; i++) {
      ClassifierThread thread = uninterrupted();
      thread.close();
    }
  }

  private ClassifierThread uninterrupted() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return idle.take();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
