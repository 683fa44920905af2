"""Will the Python that runs this file accept it?"""
