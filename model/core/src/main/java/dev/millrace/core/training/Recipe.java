package dev.millrace.core.training;

import dev.millrace.core.resnet.Layer;
import dev.millrace.core.resnet.ResNet;
import java.util.Locale;

/** Settings that together train well on one kind of data. */
public enum Recipe {
  /**
   * He et al. (2015), section 4.2: 64,000 steps on batches of 128 of CIFAR-10's 50,000 images. A
   * network with 110 layers or more starts with about 400 steps at a tenth of the learning rate.
   */
  CIFAR(
      new Optimization(
          164, 0, Sampling.DEFAULTS, LearningRate.DEFAULTS, Optimizer.DEFAULTS, 0, false),
      Augmentation.DEFAULTS) {
    @Override
    public Optimization optimization(ResNet network) {
      Optimization usual = super.optimization(network);
      return depth(network) < DEEP
          ? usual
          : usual.with(
              new LearningRate(
                  usual.learningRate().peak(),
                  usual.learningRate().schedule(),
                  new WarmUp(1, WarmUp.Shape.CONSTANT),
                  1));
    }
  },

  /**
   * He et al., "Bag of Tricks for Image Classification" (2019), without mixup and distillation: 120
   * epochs on photographs.
   */
  IMAGENET(
      new Optimization(
          120,
          0,
          new Sampling(256, false),
          new LearningRate(0.1, Schedule.COSINE, new WarmUp(5, WarmUp.Shape.LINEAR), 1),
          new Optimizer(Optimizer.Rule.NESTEROV, 0.9, 1e-4, false, 0, 0),
          0.1,
          true),
      new Augmentation(0, 0.08, true, 0.4, false, 0, Mixing.NONE)),

  /**
   * Pretrained weights for photographs of new classes: the last layer learns ten times as fast as
   * the layers before it.
   */
  FINETUNE(
      new Optimization(
          20,
          0,
          new Sampling(32, false),
          new LearningRate(0.02, Schedule.COSINE, new WarmUp(1, WarmUp.Shape.LINEAR), 0.1),
          new Optimizer(Optimizer.Rule.NESTEROV, 0.9, 1e-4, false, 0, 0),
          0.1,
          false),
      new Augmentation(0, 0.35, true, 0, false, 0, Mixing.NONE)),

  /** Some thousand small images, and random initial weights. */
  SMALL_DATA(
      new Optimization(
          40,
          0,
          new Sampling(128, false),
          new LearningRate(0.2, Schedule.ONE_CYCLE, WarmUp.NONE, 1),
          new Optimizer(Optimizer.Rule.NESTEROV, 0.9, 5e-4, false, 0, 0.99),
          0.1,
          true),
      new Augmentation(2, 1, true, 0, false, 0.25, Mixing.NONE));

  private static final int DEEP = 110;

  private final Optimization optimization;
  private final Augmentation augmentation;

  Recipe(Optimization optimization, Augmentation augmentation) {
    this.optimization = optimization;
    this.augmentation = augmentation;
  }

  /**
   * {@return how the weights are trained}
   *
   * @param network the network to train
   */
  public Optimization optimization(ResNet network) {
    return optimization;
  }

  /** {@return the random changes to the training images} */
  public Augmentation augmentation() {
    return augmentation;
  }

  /** {@return the number of layers with weights from the image to the answer} */
  private static long depth(ResNet network) {
    return network.layers().stream()
        .filter(layer -> layer.kind() == Layer.Kind.CONVOLUTION)
        .filter(layer -> !layer.name().contains("downsample"))
        .count()
        + 1;
  }

  /** {@return the name in lower case, with hyphens, as the command line writes it} */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
