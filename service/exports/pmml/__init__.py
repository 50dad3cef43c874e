"""The model as a document of PMML, the Predictive Model Markup Language."""
