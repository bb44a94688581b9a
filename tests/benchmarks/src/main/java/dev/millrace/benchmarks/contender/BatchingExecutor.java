package dev.millrace.benchmarks.contender;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * An executor with one thread for each core. Each thread takes the waiting images, at most one full
 * batch of them, and classifies them in one run of the model.
 */
final class BatchingExecutor {

  private record Waiting(Classifier.Image image, Consumer<byte[]> answer) {}

  private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
  private final Classifier classifier;
  private final int maxBatchSize;

  BatchingExecutor(Settings settings) {
    classifier = new Classifier(settings);
    maxBatchSize = settings.maxBatchSize();
    for (int i = 0; i < settings.threads(); i++) {
      Thread thread = new Thread(this::run, "batching-executor-" + i);
      thread.setDaemon(true);
      thread.start();
    }
  }

  void submit(Classifier.Image image, Consumer<byte[]> answer) {
    queue.add(new Waiting(image, answer));
  }

  private void run() {
    List<Waiting> batch = new ArrayList<>(maxBatchSize);
    try {
      while (true) {
        batch.add(queue.take());
        queue.drainTo(batch, maxBatchSize - 1);
        List<byte[]> predictions = classifier.classify(batch.stream().map(Waiting::image).toList());
        for (int i = 0; i < predictions.size(); i++) {
          batch.get(i).answer().accept(predictions.get(i));
        }
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
