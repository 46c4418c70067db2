/** Text from a model with bounded state: the smallest program on msrnn's core. */
module org.msrnn.examples.generate {
  requires org.msrnn.core;
}
