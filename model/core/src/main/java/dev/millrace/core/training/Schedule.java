package dev.millrace.core.training;

/** How the learning rate changes from the first step to the last, as a factor of its peak. */
public enum Schedule {
  /**
   * A tenth after half of the steps and a hundredth after three quarters: He et al. (2015), section
   * 4.2, where 64,000 steps divide at 32,000 and 48,000.
   */
  STEP {
    @Override
    public double factor(double progress) {
      return progress < 0.5 ? 1 : progress < 0.75 ? 0.1 : 0.01;
    }
  },

  /** Half a cosine, down to nothing: Loshchilov and Hutter, "SGDR" (2017), without restarts. */
  COSINE {
    @Override
    public double factor(double progress) {
      return between(1, 0, progress);
    }
  },

  /**
   * Up from a 25th for 30 % of the steps, then down to a 250,000th, along cosines: Smith and Topin,
   * "Super-Convergence" (2018), with the figures of PyTorch's {@code OneCycleLR}.
   */
  ONE_CYCLE {
    @Override
    public double factor(double progress) {
      return progress < RISE
          ? between(1 / START, 1, progress / RISE)
          : between(1, 1 / (START * END), (progress - RISE) / (1 - RISE));
    }
  };

  private static final double RISE = 0.3;
  private static final double START = 25;
  private static final double END = 1e4;

  /**
   * What the peak is multiplied by.
   *
   * @param progress the share of all steps that are done, from 0 to 1
   */
  public abstract double factor(double progress);

  private static double between(double from, double to, double progress) {
    return to + (from - to) * (1 + Math.cos(Math.PI * progress)) / 2;
  }
}
