package dev.millrace.trainer;

import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.Compute;
import dev.millrace.core.training.Optimization;
import dev.millrace.core.training.Pretrained;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import java.util.Optional;

/** A copy of a configuration, of which a test replaces some parts. */
public final class ConfigCopy {

  private final TrainingConfig original;
  private ResNet network;
  private TrainingData data;
  private Optimization optimization;
  private Augmentation augmentation;
  private Optional<Pretrained> pretrained;
  private Checkpoints checkpoints;
  private Compute compute;

  private ConfigCopy(TrainingConfig original) {
    this.original = original;
    this.network = original.network();
    this.data = original.data();
    this.optimization = original.optimization();
    this.augmentation = original.augmentation();
    this.pretrained = original.pretrained();
    this.checkpoints = original.checkpoints();
    this.compute = original.compute();
  }

  public static ConfigCopy of(TrainingConfig original) {
    return new ConfigCopy(original);
  }

  public ConfigCopy network(ResNet another) {
    network = another;
    return this;
  }

  public ConfigCopy data(TrainingData another) {
    data = another;
    return this;
  }

  public ConfigCopy optimization(Optimization another) {
    optimization = another;
    return this;
  }

  public ConfigCopy augmentation(Augmentation another) {
    augmentation = another;
    return this;
  }

  public ConfigCopy pretrained(Pretrained another) {
    pretrained = Optional.of(another);
    return this;
  }

  public ConfigCopy checkpoints(Checkpoints another) {
    checkpoints = another;
    return this;
  }

  public ConfigCopy device(Device another) {
    compute = new Compute(another, compute.threads(), compute.bf16());
    return this;
  }

  public ConfigCopy threads(int another) {
    compute = new Compute(compute.device(), another, compute.bf16());
    return this;
  }

  public ConfigCopy bf16() {
    compute = new Compute(compute.device(), compute.threads(), true);
    return this;
  }

  /** Returns the copy. */
  public TrainingConfig config() {
    return new TrainingConfig(
        network,
        original.preprocessing(),
        data,
        optimization,
        augmentation,
        pretrained,
        original.seed(),
        checkpoints,
        compute,
        original.options());
  }
}
