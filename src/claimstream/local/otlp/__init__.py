"""An OTLP receiver with a page that shows traces as waterfalls."""
