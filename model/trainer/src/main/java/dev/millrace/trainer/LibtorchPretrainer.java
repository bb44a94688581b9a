package dev.millrace.trainer;

import dev.millrace.core.training.Pretrainer;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingData;
import dev.millrace.core.training.PretrainingListener;
import dev.millrace.trainer.pretrain.ImageFolder;
import dev.millrace.trainer.pretrain.PretrainingRun;
import dev.millrace.trainer.pretrain.TopicSnapshot;
import dev.millrace.trainer.pretrain.UnlabelledImages;
import dev.millrace.trainer.run.RunLock;
import dev.millrace.trainer.run.RunName;
import dev.millrace.trainer.torch.Bfloat16;
import dev.millrace.trainer.torch.TorchNetwork;
import java.time.Clock;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Trains encoders with libtorch. A lock on the run's folder prevents a second trainer from using
 * the folder.
 */
public final class LibtorchPretrainer implements Pretrainer {

  private final Clock clock = Clock.systemUTC();

  /** Creates the pre-trainer. {@link java.util.ServiceLoader} calls this constructor. */
  public LibtorchPretrainer() {}

  @Override
  @SuppressWarnings("try") // the variable is never read, because the lock only has to be held
  public boolean pretrain(
      PretrainingConfig config, PretrainingListener listener, BooleanSupplier stop) {
    // Without this check, a pre-training from a topic would first copy its images.
    TorchNetwork.requireAvailable(config.compute().device());
    Bfloat16.warning(config.compute()).ifPresent(listener::warned);
    try (RunLock held = RunLock.of(config.run())) {
      return images(config, listener, stop)
          .map(
              images ->
                  new PretrainingRun(config, images, listener, stop, System::nanoTime)
                      .run(RunName.unique(clock.instant())))
          .orElse(false);
    }
  }

  /** {@return the images; empty if the pre-training was stopped before it had read all of them} */
  private static Optional<UnlabelledImages> images(
      PretrainingConfig config, PretrainingListener listener, BooleanSupplier stop) {
    if (config.data() instanceof PretrainingData.Topic topic) {
      return new TopicSnapshot(topic, config.run(), listener, stop).images();
    }
    return ImageFolder.find(((PretrainingData.Folder) config.data()).folder(), stop);
  }
}
