package dev.millrace.tests.reliability;

import dev.millrace.tests.MillraceProcess;
import java.util.Locale;

/** One way to disturb a stream that is being processed. */
enum Disturbance {
  /** The service is killed (SIGKILL) and started again. */
  KILL(30) {
    @Override
    void strike(Rig rig) throws Exception {
      rig.service().kill();
      rig.startService();
    }
  },

  /** The service is asked to stop (SIGTERM) in the middle of its batches, and started again. */
  STOP(10) {
    @Override
    void strike(Rig rig) throws Exception {
      rig.stop(rig.service());
      rig.startService();
    }
  },

  /** A second instance joins, and is then stopped or killed. */
  JOIN_AND_LEAVE(10) {
    @Override
    void strike(Rig rig) throws Exception {
      try (MillraceProcess second = rig.launch()) {
        rig.awaitReady(second);
        rig.pause();
        if (rig.toss()) {
          rig.stop(second);
        }
      }
    }
  },

  /**
   * The service is frozen (SIGSTOP) until a second instance has taken over its partitions and any
   * open transaction of the service is aborted. Then the frozen service is resumed. It is now a
   * zombie: it does not know that another instance has its partitions.
   */
  FREEZE(3) {
    @Override
    void strike(Rig rig) throws Exception {
      MillraceProcess zombie = rig.service();
      zombie.freeze();
      try (MillraceProcess second = rig.launch()) {
        rig.awaitReady(second);
        rig.awaitProgress();
        zombie.thaw();
        rig.awaitProgress();
        rig.pause();
        rig.stop(second);
      }
    }
  },

  /** The broker fences the service's transactional producers. */
  FENCE(10) {
    @Override
    void strike(Rig rig) throws Exception {
      rig.fenceProducers();
    }
  },

  /** The broker is killed (SIGKILL) and started again. */
  BROKER_KILL(10) {
    @Override
    void strike(Rig rig) throws Exception {
      rig.restartBroker();
    }
  },

  /** The broker does not answer for {@link Timings#away}. */
  BROKER_AWAY(1) {
    @Override
    void strike(Rig rig) throws Exception {
      rig.freezeBroker();
    }
  },

  /** Like {@link #KILL}, but each run of the model takes two seconds longer. */
  SLOW_MODEL_KILL(3) {
    @Override
    void strike(Rig rig) throws Exception {
      KILL.strike(rig);
    }
  },

  /**
   * Like {@link #KILL}, but without the commit barrier, so that images are lost. The suite must
   * find the lost images.
   */
  KILL_WITHOUT_BARRIER(3) {
    @Override
    void strike(Rig rig) throws Exception {
      KILL.strike(rig);
    }
  };

  private final int nightlyStrikes;

  Disturbance(int nightlyStrikes) {
    this.nightlyStrikes = nightlyStrikes;
  }

  /**
   * Returns the number of disturbances in each case of {@link CrashSuite}. With these numbers, each
   * group of the suite takes at most 40 minutes.
   */
  int nightlyStrikes() {
    return nightlyStrikes;
  }

  /** Disturbs the stream once. Call this method only while images are being answered. */
  abstract void strike(Rig rig) throws Exception;

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
