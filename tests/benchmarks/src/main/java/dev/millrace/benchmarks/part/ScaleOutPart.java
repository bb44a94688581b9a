package dev.millrace.benchmarks.part;

import com.sun.management.OperatingSystemMXBean;
import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.contender.SimulatedAccelerator;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.benchmarks.lab.Fleet;
import dev.millrace.benchmarks.lab.Photographs;
import dev.millrace.core.model.Device;
import dev.millrace.core.resnet.ResNet;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Measures how the speed grows with the number of instances. Each instance has a simulated device
 * of 40 images/s, so that a machine with few cores can run eight instances. If all processes
 * together use most of the machine's processor time, the figures do not show the speed of the
 * instances. Therefore, the use of the processor time is a figure, too.
 */
final class ScaleOutPart implements Part {

  private static final String MODEL = "scaled";
  private static final int PARTITIONS = 16;
  private static final int IMAGES = 160_000;
  private static final List<Integer> INSTANCES = List.of(1, 2, 4, 8);
  private static final double LEAST_SCALE = 0.1;
  private static final double WINDOW_SECONDS = 20;
  private static final double VALID_LOAD = 0.7;

  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /** The speed and the processor load that a number of instances reached in a round. */
  private record Stage(double imagesPerSecond, double load) {}

  @Override
  public String name() {
    return "scale_out";
  }

  @Override
  public String what() {
    return "1, 2, 4 and 8 instances, each with a simulated device of 40 images/s, 16 partitions";
  }

  @Override
  public boolean isOn(Device.Kind device) {
    return device == Device.Kind.CPU;
  }

  @Override
  public void measure(Bench bench) throws IOException, InterruptedException {
    bench.lab().publish(MODEL, ResNet.of("resnet20"));
    Feed feed = bench.lab().fill("scale-out", PARTITIONS, Photographs.jpegs(32, 32, 100), IMAGES);
    Map<Integer, List<Stage>> stages = new TreeMap<>();
    List<Double> joins = new ArrayList<>();
    List<Double> leaves = new ArrayList<>();
    for (int round = 0; round < bench.config().rounds(); round++) {
      try (Fleet fleet = new Fleet(bench.lab(), settings(bench), feed)) {
        for (int wanted : instances(bench)) {
          joins.addAll(grow(bench, fleet, wanted));
          Stage stage = stage(bench, fleet);
          stages.computeIfAbsent(wanted, count -> new ArrayList<>()).add(stage);
          bench.progress(
              "%d instances: %.1f images/s, %.0f %% of the processor time in use",
              wanted, stage.imagesPerSecond(), 100 * stage.load());
        }
        leaves.add(shrink(fleet));
      }
    }
    tell(bench, stages);
    bench.figure("scale_out.join_s", Medians.of(joins, s -> s), "s", "until a start has its share");
    bench.figure(
        "scale_out.join_s_max", joins.stream().mapToDouble(s -> s).max().orElseThrow(), "s", "");
    bench.figure(
        "scale_out.leave_s", Medians.of(leaves, s -> s), "s", "until others have the share");
    bench.figure(
        "scale_out.leave_s_max", leaves.stream().mapToDouble(s -> s).max().orElseThrow(), "s", "");
  }

  private static List<Integer> instances(Bench bench) {
    return bench.config().scale() < LEAST_SCALE ? INSTANCES.subList(0, 2) : INSTANCES;
  }

  private static Settings settings(Bench bench) {
    return bench.settings(
        MODEL, Backend.SLOW_ACCELERATOR, SimulatedAccelerator.SLOW_MAX_BATCH_SIZE, false, Map.of());
  }

  /**
   * Adds instances, one after the other.
   *
   * @return time from the start of each instance's JVM until it has its share of the partitions, in
   *     seconds. The first instance is left out, because it joins an empty group
   */
  private static List<Double> grow(Bench bench, Fleet fleet, int wanted)
      throws IOException, InterruptedException {
    List<Double> seconds = new ArrayList<>();
    while (fleet.size() < wanted) {
      long begin = System.nanoTime();
      fleet.add();
      fleet.awaitShares();
      if (fleet.size() > 1) {
        double took = (System.nanoTime() - begin) / 1e9;
        seconds.add(took);
        bench.progress("instance %d had its share after %.1f s", fleet.size(), took);
      }
    }
    return seconds;
  }

  /**
   * Removes an instance, and returns the time until the other instances have its partitions, in
   * seconds.
   */
  private static double shrink(Fleet fleet) throws InterruptedException {
    long begin = System.nanoTime();
    fleet.remove();
    fleet.awaitShares();
    return (System.nanoTime() - begin) / 1e9;
  }

  private Stage stage(Bench bench, Fleet fleet) throws InterruptedException {
    double unused = system.getCpuLoad(); // the next call returns the load since this call
    long before = fleet.predictions();
    long begin = System.nanoTime();
    TimeUnit.MILLISECONDS.sleep(
        (long) (1_000 * WINDOW_SECONDS * Math.max(LEAST_SCALE, bench.config().scale())));
    long predictions = fleet.predictions() - before;
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Stage(predictions / seconds, system.getCpuLoad());
  }

  private static void tell(Bench bench, Map<Integer, List<Stage>> stages) {
    double one = Medians.of(stages.get(1), Stage::imagesPerSecond);
    bench.figure(
        "scale_out.one_over_device",
        one / SimulatedAccelerator.slowImagesPerSecond(),
        "",
        "one instance against the device's own rate");
    stages.forEach(
        (count, rounds) -> {
          String part = "scale_out.instances_" + count;
          double load = rounds.stream().mapToDouble(Stage::load).max().orElseThrow();
          bench.figure(part, Medians.of(rounds, Stage::imagesPerSecond), "images/s", "");
          bench.figure(
              part + ".efficiency",
              Medians.ratio(rounds, Stage::imagesPerSecond, stages.get(1), Stage::imagesPerSecond)
                  / count,
              "",
              "against " + count + " times one instance");
          bench.figure(
              part + ".processor_load",
              load,
              "",
              load < VALID_LOAD
                  ? "largest of the rounds"
                  : "not valid: the processors are the limit");
        });
  }
}
