package dev.millrace.trainer;

import dev.millrace.core.training.Trainer;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.trainer.data.FolderImages;
import dev.millrace.trainer.run.RunLock;
import dev.millrace.trainer.run.TrainingRun;
import dev.millrace.trainer.stream.StreamTraining;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.function.BooleanSupplier;

/**
 * Trains with libtorch. A lock on the run's folder prevents a second trainer from using the folder.
 */
public final class LibtorchTrainer implements Trainer {

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private final Clock clock = Clock.systemUTC();

  /** Creates the trainer. {@link java.util.ServiceLoader} calls this constructor. */
  public LibtorchTrainer() {}

  @Override
  @SuppressWarnings("try") // the variable is never read, because the lock only has to be held
  public void train(TrainingConfig config, TrainingListener listener, BooleanSupplier stop) {
    try (RunLock held = RunLock.of(config.checkpoints().run())) {
      trainLocked(config, listener, stop);
    }
  }

  private void trainLocked(TrainingConfig config, TrainingListener listener, BooleanSupplier stop) {
    if (config.data() instanceof TrainingData.Folder data) {
      var unused =
          new TrainingRun(
                  config, FolderImages.find(data.folder()), listener, stop, System::nanoTime)
              .run(NAME.format(clock.instant()));
    } else if (config.data() instanceof TrainingData.Topics data) {
      new StreamTraining(config, data, listener, stop).run();
    }
  }
}
