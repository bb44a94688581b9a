package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Backend;
import dev.millrace.benchmarks.contender.Contender;
import dev.millrace.benchmarks.contender.Settings;
import dev.millrace.benchmarks.lab.AppendTimes;
import dev.millrace.benchmarks.lab.ContenderProcess;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.benchmarks.lab.Feed;
import dev.millrace.core.model.Device;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Repeats the two workloads of Crayfish (EDBT 2024) at parallelism 1, with Crayfish's Kafka Streams
 * design and with Millrace. Each program has one stream thread, and runs the network on one thread.
 * Both programs read the same events, and are measured at the same points, which {@link
 * AppendTimes} describes. Millrace is also measured on JPEG files of the same size in pixels,
 * because Millrace's users send encoded images.
 */
final class CrayfishPart implements Part {

  private static final int PARTITIONS = 32;
  private static final int BATCH = 8;
  // The name of Crayfish's design in the names of the figures.
  private static final String PEER = "kafka_streams";
  // Largest size of producer requests and of fetched data per partition in Crayfish, in bytes.
  private static final String REQUEST = "52428800";
  private static final Map<String, String> PEER_KEYS =
      Map.of("max.request.size", REQUEST, "max.partition.fetch.bytes", REQUEST);
  // By default, the producer of Kafka Streams waits up to 100 ms for a batch to fill. Millrace's
  // producer waits up to 1 ms.
  private static final Map<String, String> PROMPT_PEER_KEYS =
      Map.of("max.request.size", REQUEST, "max.partition.fetch.bytes", REQUEST, "linger.ms", "1");

  @Override
  public String name() {
    return "crayfish";
  }

  @Override
  public String what() {
    return "the two workloads of Crayfish (EDBT 2024), against its Kafka Streams design";
  }

  @Override
  public boolean isOn(Device.Kind device) {
    return device == Device.Kind.CPU;
  }

  @Override
  public void measure(Bench bench) throws IOException, InterruptedException {
    for (CrayfishWorkload workload : List.of(CrayfishWorkload.FFNN, CrayfishWorkload.RESNET50)) {
      measure(bench, workload);
    }
  }

  private static void measure(Bench bench, CrayfishWorkload workload)
      throws IOException, InterruptedException {
    workload.publish(bench.lab());
    List<byte[]> points = workload.points();
    List<byte[]> pictures = workload.pictures();
    int count = Math.max(CrayfishWorkload.FEWEST, bench.config().images(workload.events()));
    Feed json = bench.lab().fill(workload.model() + "-json", PARTITIONS, points, count);
    Feed jpeg = bench.lab().fill(workload.model() + "-jpeg", PARTITIONS, pictures, count);
    AppendTimes.Events jsonEvents = CrayfishWorkload.stamped(points);
    AppendTimes.Events jpegEvents = (number, created) -> pictures.get(number % pictures.size());
    Settings peer = settings(bench, workload, Backend.POINTS, PEER_KEYS);
    Settings prompt = settings(bench, workload, Backend.POINTS, PROMPT_PEER_KEYS);
    Settings ours = settings(bench, workload, Backend.POINTS, Map.of());
    Settings encoded = settings(bench, workload, Backend.ONNX, Map.of());
    try (ContenderProcess crayfish = start(bench, Contender.CRAYFISH, peer, json);
        ContenderProcess millrace = start(bench, Contender.MILLRACE, ours, json);
        ContenderProcess decoding = start(bench, Contender.MILLRACE, encoded, jpeg)) {
      List<CrayfishProgram> programs =
          List.of(
              new CrayfishProgram(
                  PEER,
                  "Crayfish's design, rebuilt; " + workload.published(),
                  crayfish,
                  peer,
                  json,
                  jsonEvents),
              new CrayfishProgram(
                  PEER + "_linger_1ms",
                  "Crayfish's design with Millrace's producer linger",
                  crayfish,
                  prompt,
                  json,
                  jsonEvents),
              new CrayfishProgram(
                  "json", "Millrace on the same events", millrace, ours, json, jsonEvents),
              new CrayfishProgram(
                  "jpeg", "Millrace on JPEG files", decoding, encoded, jpeg, jpegEvents));
      for (CrayfishProgram program : programs) {
        var unused = program.drain(bench);
      }
      for (int round = 0; round < bench.config().rounds(); round++) {
        round(bench, workload, programs, round);
      }
      tell(bench, workload, programs);
    }
  }

  private static ContenderProcess start(
      Bench bench, Contender contender, Settings settings, Feed feed)
      throws IOException, InterruptedException {
    return ContenderProcess.start(bench.lab(), contender, settings, feed, bench.practiceRounds());
  }

  private static Settings settings(
      Bench bench, CrayfishWorkload workload, Backend backend, Map<String, String> kafka) {
    return bench.settings(workload.model(), backend, BATCH, false, kafka).withThreads(1);
  }

  private static void round(
      Bench bench, CrayfishWorkload workload, List<CrayfishProgram> programs, int number)
      throws IOException, InterruptedException {
    List<CrayfishProgram> order = new ArrayList<>(programs);
    if (number % 2 == 1) {
      Collections.reverse(order);
    }
    for (CrayfishProgram program : order) {
      program.measure(bench, workload, number);
    }
  }

  private static void tell(Bench bench, CrayfishWorkload workload, List<CrayfishProgram> programs) {
    String prefix = "crayfish." + workload.model() + ".";
    List<Drained> peer = programs.get(0).drained();
    for (CrayfishProgram program : programs) {
      program.tell(bench, prefix, workload);
      if (!program.name().equals(PEER)) {
        bench.figure(
            prefix + program.name() + "_over_" + PEER,
            Medians.ratio(
                program.drained(), Drained::imagesPerSecond, peer, Drained::imagesPerSecond),
            "",
            "against Crayfish's design in the same round");
      }
    }
  }
}
