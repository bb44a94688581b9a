package dev.millrace.benchmarks.part;

import dev.millrace.benchmarks.contender.Limit;
import dev.millrace.benchmarks.lab.Drained;
import dev.millrace.core.model.Quantization.Judgement;
import dev.millrace.onnx.Processor;
import dev.millrace.service.bench.Benchmarks;
import dev.millrace.service.bench.Figure;
import java.util.List;
import java.util.Optional;

/**
 * Computes and reports the figures of one network in 8-bit integers. The names of the figures begin
 * with {@code int8.} and the name of the network.
 *
 * @param arch the name of the network
 * @param listener receives the figures
 */
record Int8Figures(String arch, Benchmarks.Listener listener) {

  /**
   * Reports the loss of accuracy. Without a judgement there is no figure, but a line that says why.
   *
   * @param judgement the comparison with the float32 version, on images of known classes
   */
  void loss(Optional<Judgement> judgement) {
    String name = name("top1_loss");
    judgement.ifPresentOrElse(
        measured ->
            listener.measured(
                new Figure(name, measured.loss(), "points", QuantizedNetwork.text(measured))),
        () ->
            listener.progress(
                name
                    + " is not measured, because the weights are random: name trained ones with"
                    + " --data"));
  }

  /**
   * Reports the speeds. Each list has one value for each round.
   *
   * @param float32 limits of the float32 network
   * @param int8 limits of the quantised network
   * @param whole Millrace's results with the quantised network
   */
  void speeds(List<Limits> float32, List<Limits> int8, List<Drained> whole) {
    List<Limit.Rate> slow = float32.stream().map(Limits::alone).toList();
    List<Limit.Rate> alone = int8.stream().map(Limits::alone).toList();
    List<Limit.Rate> decoding = int8.stream().map(Limits::decoding).toList();
    figure(
        "limit",
        Medians.of(alone, Limit.Rate::imagesPerSecond),
        "images/s",
        "the quantised session alone, on prepared tensors");
    figure(
        "over_float32",
        Medians.ratio(alone, Limit.Rate::imagesPerSecond, slow, Limit.Rate::imagesPerSecond),
        "",
        "the quantised session against the float32 session, on " + Processor.ofThisMachine());
    figure(
        "decode_over_run",
        Medians.ratio(decoding, Limit.Rate::decodeMillis, decoding, Limit.Rate::runMillis),
        "",
        "processor time of decoding against that of running, at the limit");
    figure(
        "whole",
        Medians.of(whole, Drained::imagesPerSecond),
        "images/s",
        "Millrace with the quantised network");
    figure(
        "whole_over_limit",
        Medians.ratio(whole, Drained::imagesPerSecond, decoding, Limit.Rate::imagesPerSecond),
        "",
        "against the quantised session and the decoder");
  }

  private void figure(String name, double value, String unit, String note) {
    listener.measured(new Figure(name(name), value, unit, note));
  }

  private String name(String figure) {
    return "int8." + arch + "_" + figure;
  }
}
